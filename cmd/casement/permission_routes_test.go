package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/correspondence"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/core/server"
)

// page is how a route is tried: what stands in its address and is sent to it.
//
// A new route needs a line here. Write its address with these words for what
// it names, and what a form needs so that it is not "not found":
//
//	{case} {track}             a case by its reference, and by the secret in its link
//	{person} {staff} {group}   a customer, a staff user, a group
//	{program}                  a program that uses the API
//	{message}                  a message of the case, by its number
//
// Say with of when it shows something of one case or one customer alone. Then
// run the test with -update and look at the difference in docs/permissions.md.
type page struct {
	path  string // the route's own when it has no parameters
	form  url.Values
	of    belonging
	draft bool // its form carries a token of the draft that is filled in, not of the session
}

// belonging says to whom beyond its audience a page answers.
type belonging string

const (
	ofAll       belonging = ""          // to all of its audience
	ofCase      belonging = "case"      // to staff who may see the case, to nobody else
	ofRequester belonging = "requester" // to the customer who raised it
	ofHolder    belonging = "holder"    // to whoever has a secret, which nobody here has
)

var triedPages = map[string]page{
	"GET /live":         {},
	"POST /theme":       {form: url.Values{"theme": {"dark"}}},
	"GET /frame/counts": {},
	"GET /frame/bell":   {},
	"GET /mywork/map":   {path: "/mywork/map?with=free&lat=54.978&lng=-1.617"},
	"GET /palette":      {path: "/palette?q=a"},

	"GET /map/ground":         {},
	"GET /map/tiles/:z/:x/:y": {path: "/map/tiles/0/0/0"},

	"GET /sign-in":                                {},
	"POST /sign-in":                               {form: url.Values{"email": {"somebody@example.org"}}},
	"GET /sign-in/sent":                           {},
	"GET /sign-in/link/:token":                    {path: "/sign-in/link/guessed", of: ofHolder},
	"POST /sign-in/link/:token":                   {path: "/sign-in/link/guessed", of: ofHolder},
	"GET /staff/sign-in":                          {},
	"POST /staff/sign-in":                         {form: url.Values{"email": {"somebody@example.org"}, "password": {"guessed"}}},
	"GET /staff/password/:token":                  {path: "/staff/password/guessed", of: ofHolder},
	"POST /staff/password/:token":                 {path: "/staff/password/guessed", of: ofHolder},
	"POST /sign-out":                              {},
	"GET /account":                                {},
	"POST /account/password":                      {},
	"POST /account/after-save":                    {},
	"POST /account/sessions/revoke":               {},
	"POST /account/sessions/revoke-others":        {},
	"GET /account/notifications":                  {},
	"POST /account/notifications":                 {form: url.Values{"hour": {"9"}}},
	"GET /notifications":                          {},
	"POST /notifications/read":                    {form: url.Values{"up_to": {"1"}}},
	"POST /notifications/:no<int>/read":           {path: "/notifications/1/read"},
	"GET /portal/account":                         {},
	"POST /portal/account":                        {form: url.Values{"name": {"Amara Okonkwo-Lindqvist"}}},
	"POST /portal/account/sessions/revoke":        {},
	"POST /portal/account/sessions/revoke-others": {},

	"GET /people":                               {},
	"POST /people":                              {},
	"GET /people/new":                           {},
	"GET /people/:no<int>":                      {path: "/people/{person}"},
	"POST /people/:no<int>":                     {path: "/people/{person}"},
	"GET /people/:no<int>/edit":                 {path: "/people/{person}/edit"},
	"GET /people/staff":                         {},
	"POST /people/staff":                        {},
	"GET /people/staff/new":                     {},
	"GET /people/staff/:no<int>":                {path: "/people/staff/{staff}"},
	"POST /people/staff/:no<int>":               {path: "/people/staff/{staff}"},
	"POST /people/staff/:no<int>/deactivate":    {path: "/people/staff/{staff}/deactivate"},
	"POST /people/staff/:no<int>/activate":      {path: "/people/staff/{staff}/activate"},
	"POST /people/staff/:no<int>/unlock":        {path: "/people/staff/{staff}/unlock"},
	"POST /people/staff/:no<int>/password-link": {path: "/people/staff/{staff}/password-link"},
	"GET /people/groups":                        {},
	"POST /people/groups":                       {},
	"GET /people/groups/:key":                   {path: "/people/groups/{group}"},
	"POST /people/groups/:key":                  {path: "/people/groups/{group}"},
	"POST /people/groups/:key/members":          {path: "/people/groups/{group}/members"},
	"POST /people/groups/:key/members/remove":   {path: "/people/groups/{group}/members/remove"},
	"GET /people/programs":                      {},
	"POST /people/programs":                     {},
	"GET /people/programs/new":                  {},
	"GET /people/programs/:no<int>":             {path: "/people/programs/{program}"},
	"POST /people/programs/:no<int>":            {path: "/people/programs/{program}"},
	"POST /people/programs/:no<int>/key":        {path: "/people/programs/{program}/key"},
	"POST /people/programs/:no<int>/key/remove": {path: "/people/programs/{program}/key/remove"},
	"POST /people/programs/:no<int>/revoke":     {path: "/people/programs/{program}/revoke", form: url.Values{"key": {"none"}}},
	"GET /api/docs":                             {},
	"GET /api/docs/:operation":                  {path: "/api/docs/raise-case"},

	"GET /search":                                      {path: "/search?q=bins"},
	"GET /search/map":                                  {path: "/search/map?q=heliotrope&box=-90,-180,90,180&zoom=3"},
	"GET /search/saved":                                {},
	"POST /search/saved":                               {form: url.Values{"query": {"q=bins"}}},
	"GET /search/saved/:no<int>":                       {path: "/search/saved/1", of: ofHolder},
	"POST /search/saved/:no<int>":                      {path: "/search/saved/1", of: ofHolder},
	"POST /search/saved/:no<int>/delete":               {path: "/search/saved/1/delete", of: ofHolder},
	"GET /search/exports":                              {},
	"POST /search/exports":                             {form: url.Values{"query": {"q=bins"}, "format": {"none"}}}, // whether somebody may export hangs on their groups
	"GET /search/exports/:no<int>":                     {path: "/search/exports/1", of: ofHolder},
	"POST /search/exports/:no<int>/cancel":             {path: "/search/exports/1/cancel", of: ofHolder},
	"POST /search/exports/:no<int>/delete":             {path: "/search/exports/1/delete", of: ofHolder},
	"GET /search/exports/:no<int>/file":                {path: "/search/exports/1/file", of: ofHolder},
	"GET /triage":                                      {},
	"GET /triage/:no<int>":                             {path: "/triage/1", of: ofHolder},
	"GET /triage/:no<int>/files/:file<int>":            {path: "/triage/1/files/1", of: ofHolder},
	"POST /triage/:no<int>/attach":                     {path: "/triage/1/attach", of: ofHolder},
	"POST /triage/:no<int>/raise":                      {path: "/triage/1/raise", of: ofHolder},
	"POST /triage/:no<int>/junk":                       {path: "/triage/1/junk", of: ofHolder},
	"POST /triage/:no<int>/restore":                    {path: "/triage/1/restore", of: ofHolder},
	"GET /mail":                                        {},
	"GET /mail/:no":                                    {path: "/mail/1"},
	"POST /mail/:no/again":                             {path: "/mail/1/again"},
	"GET /webhooks":                                    {},
	"POST /webhooks":                                   {},
	"GET /webhooks/new":                                {},
	"GET /webhooks/:no<int>":                           {path: "/webhooks/9999", of: ofHolder}, // there is none
	"POST /webhooks/:no<int>":                          {path: "/webhooks/9999", of: ofHolder},
	"POST /webhooks/:no<int>/switch":                   {path: "/webhooks/9999/switch", of: ofHolder},
	"POST /webhooks/:no<int>/secret":                   {path: "/webhooks/9999/secret", of: ofHolder},
	"POST /webhooks/:no<int>/test":                     {path: "/webhooks/9999/test", of: ofHolder},
	"POST /webhooks/:no<int>/remove":                   {path: "/webhooks/9999/remove", of: ofHolder},
	"GET /webhooks/:no<int>/log":                       {path: "/webhooks/9999/log", of: ofHolder},
	"POST /webhooks/:no<int>/log/again":                {path: "/webhooks/9999/log/again", of: ofHolder},
	"GET /webhooks/:no<int>/log/:delivery<int>":        {path: "/webhooks/9999/log/1", of: ofHolder},
	"POST /webhooks/:no<int>/log/:delivery<int>/again": {path: "/webhooks/9999/log/1/again", of: ofHolder},
	"GET /imports":                                     {},
	"POST /imports":                                    {},
	"GET /imports/new":                                 {},
	"GET /imports/:no<int>":                            {path: "/imports/1"},
	"GET /imports/:no<int>/report":                     {path: "/imports/1/report"},
	"POST /imports/:no<int>/start":                     {path: "/imports/1/start"},
	"POST /imports/:no<int>/cancel":                    {path: "/imports/1/cancel"},
	"GET /plugins":                                     {},
	"GET /plugins/install":                             {},
	"POST /plugins/install":                            {},
	"POST /plugins/publishers":                         {},
	"GET /plugins/publishers/:key":                     {path: "/plugins/publishers/guessed", of: ofHolder},
	"POST /plugins/publishers/:key":                    {path: "/plugins/publishers/guessed", of: ofHolder},
	"GET /plugins/:id":                                 {path: "/plugins/casement.complaint"},
	"POST /plugins/:id/may":                            {path: "/plugins/casement.complaint/may"},
	"POST /plugins/:id/settings":                       {path: "/plugins/casement.complaint/settings"},
	"GET /plugins/:id/off":                             {path: "/plugins/casement.complaint/off"},
	"POST /plugins/:id/off":                            {path: "/plugins/casement.complaint/off"},
	"POST /plugins/:id/on":                             {path: "/plugins/casement.complaint/on"},
	"POST /plugins/:id/revive":                         {path: "/plugins/casement.complaint/revive"},
	"GET /plugins/:id/recording":                       {path: "/plugins/casement.complaint/recording"},
	"POST /plugins/:id/recording":                      {path: "/plugins/casement.complaint/recording"},
	"GET /plugins/:id/remove":                          {path: "/plugins/casement.complaint/remove"},
	"POST /plugins/:id/remove":                         {path: "/plugins/casement.complaint/remove"},
	"GET /plugins/:id/versions/:hash":                  {path: "/plugins/casement.complaint/versions/guessed", of: ofHolder},
	"POST /plugins/:id/versions/:hash":                 {path: "/plugins/casement.complaint/versions/guessed", of: ofHolder},
	"GET /plugins/:id/versions/:hash/remove":           {path: "/plugins/casement.complaint/versions/guessed/remove", of: ofHolder},
	"POST /plugins/:id/versions/:hash/remove":          {path: "/plugins/casement.complaint/versions/guessed/remove", of: ofHolder},
	"GET /plugins/:id/log":                             {path: "/plugins/casement.complaint/log"},
	"GET /plugins/:id/faults":                          {path: "/plugins/casement.complaint/faults"},
	"GET /plugins/:id/try":                             {path: "/plugins/casement.complaint/try"},
	"POST /plugins/:id/try":                            {path: "/plugins/casement.complaint/try"},
	"GET /plugins/:id/replay":                          {path: "/plugins/casement.complaint/replay"},
	"POST /plugins/:id/replay":                         {path: "/plugins/casement.complaint/replay"},
	"GET /configuration":                               {},
	"GET /configuration/types/:key":                    {path: "/configuration/types/complaint"},
	"GET /configuration/types/:key/versions":           {path: "/configuration/types/complaint/versions"},
	"GET /configuration/types/:key/file":               {path: "/configuration/types/complaint/file"},
	"GET /configuration/types/:key/again":              {path: "/configuration/types/complaint/again?version=1"},
	"GET /configuration/calendars/:key":                {path: "/configuration/calendars/northmoor-offices"},
	"GET /configuration/calendars/:key/versions":       {path: "/configuration/calendars/northmoor-offices/versions"},
	"GET /configuration/calendars/:key/file":           {path: "/configuration/calendars/northmoor-offices/file"},
	"GET /configuration/calendars/:key/again":          {path: "/configuration/calendars/northmoor-offices/again?version=1"},
	"GET /configuration/types/:key/what-if":            {path: "/configuration/types/complaint/what-if"},
	"GET /configuration/calendars/:key/what-if":        {path: "/configuration/calendars/northmoor-offices/what-if"},
	"GET /configuration/calendars/:key/recalculate":    {path: "/configuration/calendars/northmoor-offices/recalculate"},
	"POST /configuration/calendars/:key/recalculate":   {path: "/configuration/calendars/northmoor-offices/recalculate"},
	"GET /configuration/upload":                        {},
	"POST /configuration/upload":                       {},
	"POST /configuration/publish":                      {},

	"GET /configuration/types/:key/routines/:routine":      {path: "/configuration/types/complaint/routines/no-answer"},
	"GET /configuration/types/:key/routines/:routine/try":  {path: "/configuration/types/complaint/routines/no-answer/try"},
	"GET /configuration/types/:key/past":                   {path: "/configuration/types/complaint/past"},
	"GET /configuration/types/:key/routines/:routine/past": {path: "/configuration/types/complaint/routines/no-answer/past"},

	"POST /configuration/keep":                         {},
	"GET /configuration/new":                           {},
	"POST /configuration/new":                          {form: url.Values{"name": {"Tried"}, "prefix": {"TRY"}}},
	"GET /configuration/types/:key/draft":              {path: "/configuration/types/complaint/draft"},
	"POST /configuration/types/:key/draft":             {path: "/configuration/types/complaint/draft", form: url.Values{"section": {"reports"}, "do": {"save"}}},
	"POST /configuration/types/:key/draft/step":        {path: "/configuration/types/complaint/draft/step", form: url.Values{"do": {"undo"}}},
	"GET /configuration/types/:key/draft/changes":      {path: "/configuration/types/complaint/draft/changes"},
	"POST /configuration/types/:key/draft/publish":     {path: "/configuration/types/complaint/draft/publish"},
	"GET /configuration/calendars/:key/draft":          {path: "/configuration/calendars/northmoor-offices/draft"},
	"POST /configuration/calendars/:key/draft":         {path: "/configuration/calendars/northmoor-offices/draft", form: url.Values{"section": {"file"}, "do": {"text"}}},
	"POST /configuration/calendars/:key/draft/step":    {path: "/configuration/calendars/northmoor-offices/draft/step", form: url.Values{"do": {"undo"}}},
	"GET /configuration/calendars/:key/draft/changes":  {path: "/configuration/calendars/northmoor-offices/draft/changes"},
	"POST /configuration/calendars/:key/draft/publish": {path: "/configuration/calendars/northmoor-offices/draft/publish"},

	"GET /configuration/forms":               {},
	"POST /configuration/forms":              {form: url.Values{"name": {"Tried"}, "key": {"tried"}}},
	"POST /configuration/form-import":        {},
	"GET /configuration/forms/:key":          {path: "/configuration/forms/complaint"},
	"GET /configuration/forms/:key/preview":  {path: "/configuration/forms/complaint/preview?page=what"},
	"POST /configuration/forms/:key/preview": {path: "/configuration/forms/complaint/preview", form: url.Values{"preview-state": {"e30"}}},
	"GET /configuration/forms/:key/versions": {path: "/configuration/forms/complaint/versions"},
	"GET /configuration/forms/:key/file":     {path: "/configuration/forms/complaint/file"},
	"POST /configuration/forms/:key/change":  {path: "/configuration/forms/complaint/change", form: url.Values{"do": {"up:what"}}},
	"POST /configuration/forms/:key/again":   {path: "/configuration/forms/complaint/again", form: url.Values{"version": {"1"}}},
	"POST /configuration/forms/:key/publish": {path: "/configuration/forms/complaint/publish"},
	"POST /configuration/forms/:key/discard": {path: "/configuration/forms/complaint/discard"},

	"GET /configuration/messages":                {},
	"POST /configuration/messages":               {form: url.Values{"from": {"closed"}}},
	"GET /configuration/messages/:key":           {path: "/configuration/messages/confirmation"},
	"POST /configuration/messages/:key":          {path: "/configuration/messages/confirmation"},
	"POST /configuration/messages/:key/preview":  {path: "/configuration/messages/confirmation/preview"},
	"GET /configuration/messages/:key/versions":  {path: "/configuration/messages/confirmation/versions"},
	"POST /configuration/messages/:key/again":    {path: "/configuration/messages/confirmation/again", form: url.Values{"version": {"0"}, "seen": {"99"}}},
	"POST /configuration/messages/:key/withdraw": {path: "/configuration/messages/confirmation/withdraw", form: url.Values{"type": {"complaint"}, "seen": {"99"}}},
	"GET /configuration/who-is-told":             {},

	"GET /configuration/lists":                   {},
	"POST /configuration/lists":                  {},
	"POST /configuration/lists/:key/delete":      {path: "/configuration/lists/none/delete", of: ofHolder}, // there is no list
	"GET /mywork":                                {},
	"GET /mywork/news":                           {},
	"POST /mywork/next":                          {},
	"GET /queues":                                {},
	"GET /queues/:type/:group":                   {path: "/queues/complaint/complaints-team", of: ofCase},
	"GET /queues/:type/:group/news":              {path: "/queues/complaint/complaints-team/news", of: ofCase},
	"POST /queues/:type/:group/next":             {path: "/queues/complaint/complaints-team/next", of: ofCase},
	"GET /tasks":                                 {},
	"POST /tasks/:ref/:no<int>/complete":         {path: "/tasks/{case}/1/complete", of: ofCase},
	"GET /cases/new":                             {},
	"POST /cases/new":                            {},
	"GET /cases/new/callers":                     {},
	"GET /cases/:ref":                            {path: "/cases/{case}", of: ofCase},
	"GET /cases/:ref/details":                    {path: "/cases/{case}/details", of: ofCase},
	"GET /cases/:ref/tasks":                      {path: "/cases/{case}/tasks", of: ofCase},
	"GET /cases/:ref/tasks/:no<int>":             {path: "/cases/{case}/tasks/1", of: ofCase},
	"POST /cases/:ref/tasks/:no<int>":            {path: "/cases/{case}/tasks/1", of: ofCase},
	"POST /cases/:ref/tasks/:no<int>/do/:what":   {path: "/cases/{case}/tasks/1/do/ask", form: url.Values{"body": {"Which depot?"}}, of: ofCase},
	"GET /cases/:ref/tasks/:no<int>/files/:file": {path: "/cases/{case}/tasks/1/files/0", of: ofHolder},
	"GET /cases/:ref/history":                    {path: "/cases/{case}/history", of: ofCase},
	"GET /cases/:ref/history/new":                {path: "/cases/{case}/history/new", of: ofCase},
	"GET /cases/:ref/attachments":                {path: "/cases/{case}/attachments", of: ofCase},
	"GET /cases/:ref/attachments/:no<int>":       {path: "/cases/{case}/attachments/1", of: ofCase},
	"GET /cases/:ref/attachments/:no<int>/file":  {path: "/cases/{case}/attachments/1/file", of: ofCase},
	"GET /cases/:ref/attachments/:no<int>/view":  {path: "/cases/{case}/attachments/1/view", of: ofCase},
	"GET /cases/:ref/emails":                     {path: "/cases/{case}/emails", of: ofCase},
	"GET /cases/:ref/emails/write":               {path: "/cases/{case}/emails/write", of: ofCase},
	"POST /cases/:ref/emails/write":              {path: "/cases/{case}/emails/write", of: ofCase},
	"POST /cases/:ref/emails/draft":              {path: "/cases/{case}/emails/draft", of: ofCase},
	"POST /cases/:ref/emails/:no<int>/again":     {path: "/cases/{case}/emails/{message}/again", of: ofCase},
	"GET /cases/:ref/links":                      {path: "/cases/{case}/links", of: ofCase},
	"GET /cases/:ref/links/find":                 {path: "/cases/{case}/links/find", of: ofCase},
	"GET /cases/:ref/access":                     {path: "/cases/{case}/access", of: ofCase},
	"GET /cases/:ref/sections/:key":              {path: "/cases/{case}/sections/none", of: ofHolder}, // the case has no section
	"POST /cases/:ref/sections/:key":             {path: "/cases/{case}/sections/none", of: ofHolder},
	"POST /cases/:ref/sections/:key/discard":     {path: "/cases/{case}/sections/none/discard", of: ofHolder},
	"POST /cases/:ref/actions/:key":              {path: "/cases/{case}/actions/none", of: ofHolder},
	"GET /lookups/:list":                         {path: "/lookups/none", of: ofHolder}, // there is no list
	"GET /cases/:ref/head":                       {path: "/cases/{case}/head", of: ofCase},
	"GET /cases/:ref/side":                       {path: "/cases/{case}/side", of: ofCase},
	"GET /cases/:ref/act/:act":                   {path: "/cases/{case}/act/claim", of: ofCase},
	"POST /cases/:ref/act/:act":                  {path: "/cases/{case}/act/claim", of: ofCase},
	"POST /cases/:ref/claim":                     {path: "/cases/{case}/claim", of: ofCase},
	"POST /cases/:ref/attachments":               {path: "/cases/{case}/attachments", of: ofCase},
	"POST /cases/:ref/presence":                  {path: "/cases/{case}/presence", of: ofCase},
	"POST /cases/:ref/compose":                   {path: "/cases/{case}/compose", of: ofCase},
	"POST /cases/:ref/draft":                     {path: "/cases/{case}/draft", of: ofCase},

	"GET /":                                {},
	"GET /accessibility":                   {},
	"GET /privacy":                         {},
	"GET /find":                            {},
	"POST /find":                           {},
	"GET /forms/:type":                     {path: "/forms/enquiry"},
	"POST /forms/:type":                    {path: "/forms/enquiry"},
	"GET /forms/:type/rows/:step/:list":    {path: "/forms/report/rows/start/streets", of: ofHolder},
	"GET /forms/:type/nearby":              {path: "/forms/report/nearby?lat=54.978&lng=-1.617"},
	"GET /forms/:type/:step":               {path: "/forms/enquiry/enquiry"},
	"POST /forms/:type/:step":              {path: "/forms/enquiry/enquiry", draft: true},
	"GET /forms/:type/done/:ref":           {path: "/forms/enquiry/done/{case}", of: ofHolder},
	"GET /forms/:type/saved/:step":         {path: "/forms/enquiry/saved/enquiry"},
	"POST /forms/:type/saved/:step":        {path: "/forms/enquiry/saved/enquiry", draft: true},
	"GET /forms/:type/continue/:token":     {path: "/forms/enquiry/continue/guessed", of: ofHolder},
	"POST /forms/:type/continue/:token":    {path: "/forms/enquiry/continue/guessed", of: ofHolder, draft: true},
	"GET /answer/:token":                   {path: "/answer/guessed", of: ofHolder},
	"POST /answer/:token":                  {path: "/answer/guessed", of: ofHolder},
	"GET /satisfaction/:token":             {path: "/satisfaction/guessed", of: ofHolder},
	"GET /satisfaction/:token/:score<int>": {path: "/satisfaction/guessed/4", of: ofHolder},
	"POST /satisfaction/:token":            {path: "/satisfaction/guessed", of: ofHolder},

	"GET /reports/follow/:token":          {path: "/reports/follow/guessed", of: ofHolder},
	"POST /reports/follow/:token":         {path: "/reports/follow/guessed", of: ofHolder},
	"GET /reports/stop/:token":            {path: "/reports/stop/guessed", of: ofHolder},
	"POST /reports/stop/:token":           {path: "/reports/stop/guessed", of: ofHolder},
	"GET /reports/:ref":                   {path: "/reports/{case}", of: ofHolder},
	"GET /reports/:ref/pictures/:no<int>": {path: "/reports/{case}/pictures/1", of: ofHolder},
	"POST /reports/:ref/follow":           {path: "/reports/{case}/follow", of: ofHolder},

	"GET /track/:token":                {path: "/track/{track}"},
	"GET /track/:token/questions/:no":  {path: "/track/{track}/questions/1"},
	"POST /track/:token/questions/:no": {path: "/track/{track}/questions/1"},
	"GET /track/:token/add":            {path: "/track/{track}/add"},
	"POST /track/:token/add":           {path: "/track/{track}/add"},
	"GET /track/:token/contact":        {path: "/track/{track}/contact"},
	"POST /track/:token/contact":       {path: "/track/{track}/contact"},
	"GET /track/:token/withdraw":       {path: "/track/{track}/withdraw"},
	"POST /track/:token/withdraw":      {path: "/track/{track}/withdraw"},
	"GET /track/:token/reopen":         {path: "/track/{track}/reopen"},
	"POST /track/:token/reopen":        {path: "/track/{track}/reopen"},
	"GET /track/:token/satisfaction":   {path: "/track/{track}/satisfaction"},
	"POST /track/:token/satisfaction":  {path: "/track/{track}/satisfaction"},
	"GET /track/:token/sections/:key":  {path: "/track/{track}/sections/none", of: ofHolder},
	"POST /track/:token/sections/:key": {path: "/track/{track}/sections/none", of: ofHolder},
	"GET /track/:token/files/:no":      {path: "/track/{track}/files/1", of: ofHolder}, // the file was never shown to the requester

	"GET /portal":                           {},
	"GET /portal/cases/:ref":                {path: "/portal/cases/{case}", of: ofRequester},
	"GET /portal/cases/:ref/questions/:no":  {path: "/portal/cases/{case}/questions/1", of: ofRequester},
	"POST /portal/cases/:ref/questions/:no": {path: "/portal/cases/{case}/questions/1", of: ofRequester},
	"GET /portal/cases/:ref/add":            {path: "/portal/cases/{case}/add", of: ofRequester},
	"POST /portal/cases/:ref/add":           {path: "/portal/cases/{case}/add", of: ofRequester},
	"GET /portal/cases/:ref/contact":        {path: "/portal/cases/{case}/contact", of: ofRequester},
	"POST /portal/cases/:ref/contact":       {path: "/portal/cases/{case}/contact", of: ofRequester},
	"GET /portal/cases/:ref/withdraw":       {path: "/portal/cases/{case}/withdraw", of: ofRequester},
	"POST /portal/cases/:ref/withdraw":      {path: "/portal/cases/{case}/withdraw", of: ofRequester},
	"GET /portal/cases/:ref/reopen":         {path: "/portal/cases/{case}/reopen", of: ofRequester},
	"POST /portal/cases/:ref/reopen":        {path: "/portal/cases/{case}/reopen", of: ofRequester},
	"GET /portal/cases/:ref/satisfaction":   {path: "/portal/cases/{case}/satisfaction", of: ofRequester},
	"POST /portal/cases/:ref/satisfaction":  {path: "/portal/cases/{case}/satisfaction", of: ofRequester},
	"GET /portal/cases/:ref/sections/:key":  {path: "/portal/cases/{case}/sections/none", of: ofHolder},
	"POST /portal/cases/:ref/sections/:key": {path: "/portal/cases/{case}/sections/none", of: ofHolder},
	"GET /portal/cases/:ref/files/:no":      {path: "/portal/cases/{case}/files/1", of: ofHolder},
}

// viewer is somebody who asks for pages.
type viewer struct {
	name   string
	kind   core.ActorKind
	roles  []core.Role
	sees   bool // may see the case
	signIn func() (people.SignedIn, error)

	session, csrf string
}

// site is the running server of a council, with somebody of every kind before
// it.
type site struct {
	*council
	url     string
	viewers []*viewer
	table   []server.Route
	words   *strings.Replacer // fills in addresses of ordinary things
	secret  *core.Case        // restricted, and nobody's here
}

// Words of the restricted case. One is looked for, so the page may say it
// again; the other must be nowhere.
const (
	soughtWord = "heliotrope"
	hiddenWord = "umbrage"
	openWord   = "lamppost" // of an ordinary case of the same customer
)

func openSite(t *testing.T) *site {
	c := newCouncil(t, true)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c.settings.PublicURL = "http://" + ln.Addr().String()
	app, err := c.newServer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- app.Serve(ln) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := app.Shutdown(ctx); err != nil {
			t.Error(err)
		}
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	s := &site{council: c, url: c.settings.PublicURL, table: app.Table()}
	// Pages before forms: some forms change what pages show.
	slices.SortStableFunc(s.table, func(a, b server.Route) int { return strings.Compare(a.Method, b.Method) })
	s.viewers = []*viewer{
		{name: "nobody", kind: core.ActorAnonymous},
		{name: "customer", kind: core.ActorPerson, signIn: func() (people.SignedIn, error) { return s.byLink("amara@example.org") }},
		s.staff("stranger on the staff", false, nil, "museum"),
		s.staff("case manager", true, nil, "complaints-team"),
		s.staff("configurator", false, []core.Role{core.RoleConfigurator}),
		s.staff("administrator", false, []core.Role{core.RoleAdministrator}),
	}
	s.prepareCases()
	return s
}

func (s *site) staff(name string, sees bool, roles []core.Role, groups ...string) *viewer {
	s.t.Helper()
	email := strings.ReplaceAll(name, " ", "-") + "@staff.example"
	_, err := s.people.CreateUser(s.t.Context(), core.SystemActor(), people.UserInput{Name: name, Email: email, Roles: roles, Groups: groups, Password: demoPassword})
	if err != nil {
		s.t.Fatal(err)
	}
	return &viewer{name: name, kind: core.ActorStaff, roles: roles, sees: sees, signIn: func() (people.SignedIn, error) {
		return s.people.SignIn(s.t.Context(), email, demoPassword, "")
	}}
}

// sentLink is the mailer of [site.byLink].
type sentLink struct{ link string }

// SendSignIn implements people.SignInMailer.
func (s *sentLink) SendSignIn(_ context.Context, _, link string) error {
	s.link = link
	return nil
}

// byLink signs a customer in. Hours pass, so that the address has not been sent
// too many links.
func (s *site) byLink(email string) (people.SignedIn, error) {
	s.council.clock.Advance(3 * time.Hour)
	var sent sentLink
	service := people.New(s.db, people.Options{Clock: s.council.clock, Mailer: &sent})
	if err := service.RequestLink(s.t.Context(), email, ""); err != nil {
		return people.SignedIn{}, err
	}
	return service.SignInByLink(s.t.Context(), path.Base(sent.link), "")
}

// prepareCases makes an ordinary case of the customer who looks, and a
// restricted one of somebody else, which nobody here may see.
func (s *site) prepareCases() {
	s.t.Helper()
	s.prepareImport()
	raise := func(word string) *subject {
		it := &subject{c: s.council, id: core.NewID[core.CaseID]()}
		it.do(core.PersonActor(s.brendan.ID, s.brendan.Name), &cases.Raise{
			Type: "complaint", Subject: "The " + soughtWord + " " + word, Description: word, Subtype: "staff", Channel: core.ChannelWeb,
			Requester: s.brendan.ID, Contact: core.Contact{Name: s.brendan.Name, Email: s.brendan.Email}, Address: word,
		})
		return it
	}
	raise(openWord)
	hidden := raise(hiddenWord)
	hidden.restrict()
	s.secret = s.read(hidden.id)
	ordinary := s.subject(nil).id
	s.words = strings.NewReplacer("{case}", string(s.read(ordinary).Ref), "{track}", s.cases.TrackingToken(ordinary), "{person}", fmt.Sprint(s.brendan.No),
		"{staff}", fmt.Sprint(s.hire(s.t, "Spare Hand", nil).No), "{group}", "museum", "{program}", fmt.Sprint(s.spareProgram()), "{message}", fmt.Sprint(s.writtenOn(ordinary)))
}

// writtenOn writes to the requester of a case and returns the number of the message.
func (s *site) writtenOn(id core.CaseID) int64 {
	s.t.Helper()
	(&subject{c: s.council, id: id}).do(core.StaffActor(s.priya.ID, s.priya.Name), &correspondence.Send{Requester: true, Subject: "Your complaint", Body: "We are on it."})
	sent, err := s.messages.OfCase(s.t.Context(), id)
	if err != nil || len(sent) == 0 {
		s.t.Fatalf("nothing was written on a case: %v", err)
	}
	return sent[0].No
}

// spareProgram lets a program in whose access can be changed.
func (s *site) spareProgram() int {
	s.t.Helper()
	client, _, err := s.people.CreateClient(s.t.Context(), core.SystemActor(), people.ClientInput{Name: "Spare script", Rights: core.Rights()})
	if err != nil {
		s.t.Fatal(err)
	}
	return client.No
}

func (s *site) read(id core.CaseID) *core.Case {
	s.t.Helper()
	cs, err := s.cases.ByID(s.t.Context(), id)
	if err != nil {
		s.t.Fatal(err)
	}
	return cs
}

// reply is what the server said.
type reply struct {
	status   int
	location string
	cookie   string // the last that was set
	body     string
}

// most is how much of a page is read, in bytes.
const most = 4 << 20

// ask sends a request as a viewer; form is nil for a GET. Between two requests
// a minute passes, so that no limiter answers instead of the page.
func (s *site) ask(v *viewer, method, address string, form url.Values) reply {
	s.t.Helper()
	s.council.clock.Advance(time.Minute)
	ctx, cancel := context.WithTimeout(s.t.Context(), 20*time.Second)
	defer cancel()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	request, err := http.NewRequestWithContext(ctx, method, s.url+address, body)
	if err != nil {
		s.t.Fatal(err)
	}
	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if v.session != "" {
		request.Header.Set("Cookie", v.session)
	}
	a, err := roundTrip(request)
	if errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) {
		// The server hung up on more than it reads, while it was still being sent.
		a, err = reply{status: http.StatusRequestHeaderFieldsTooLarge}, nil
	}
	if err != nil {
		s.t.Fatalf("%s %s as %s: %v", method, address, v.name, err)
	}
	if v.session == "" {
		v.session = a.cookie
	}
	return a
}

// roundTrip sends a request and follows nothing.
func roundTrip(request *http.Request) (reply, error) {
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		return reply{}, err
	}
	defer response.Body.Close()
	a := reply{status: response.StatusCode, location: response.Header.Get("Location")}
	for _, cookie := range response.Cookies() {
		a.cookie = cookie.Name + "=" + cookie.Value
	}
	if strings.HasPrefix(response.Header.Get("Content-Type"), "text/event-stream") {
		return a, nil // it has no end
	}
	raw, err := io.ReadAll(io.LimitReader(response.Body, most))
	a.body = string(raw)
	return a, err
}

var csrfField = regexp.MustCompile(`name="` + server.CSRFField + `" value="([^"]+)"`)

// settle signs a viewer in, unless they are, and opens a page of theirs for
// its token.
func (s *site) settle(v *viewer) {
	s.t.Helper()
	home := "/sign-in"
	if v.signIn != nil {
		if _, token, ok := strings.Cut(v.session, "="); ok {
			if _, err := s.people.SessionByToken(s.t.Context(), token); err == nil {
				return
			}
		}
		in, err := v.signIn()
		if err != nil {
			s.t.Fatalf("sign in the %s: %v", v.name, err)
		}
		v.session = "casement-session=" + in.Token
		if home = "/account"; v.kind == core.ActorPerson {
			home = "/portal/account"
		}
	} else if v.csrf != "" {
		return
	}
	found := csrfField.FindStringSubmatch(s.ask(v, http.MethodGet, home, nil).body)
	if found == nil {
		s.t.Fatalf("%s has no form for the %s", home, v.name)
	}
	v.csrf = found[1]
}

// judge reads an answer as the table of pages says it.
func judge(route server.Route, a reply) verdict {
	asked := route.Audience != server.ForAnyone && a.status == http.StatusSeeOther &&
		(strings.HasPrefix(a.location, "/sign-in") || strings.HasPrefix(a.location, "/staff/sign-in"))
	switch {
	case a.status == http.StatusUnauthorized || asked:
		return "sign in"
	case a.status == http.StatusForbidden:
		return refused
	case a.status == http.StatusNotFound:
		return noCase
	}
	return passes
}

// due is the verdict that a route's audience promises a viewer.
func (v *viewer) due(route server.Route, p page) verdict {
	staff := v.kind == core.ActorStaff
	switch {
	case route.Audience == server.ForPerson && v.kind != core.ActorPerson,
		(route.Audience == server.ForStaff || route.Audience == server.ForAdmin) && !staff:
		return "sign in"
	case route.Audience == server.ForAdmin && !slices.ContainsFunc(v.roles, func(r core.Role) bool { return slices.Contains(route.Roles, r) }):
		return refused
	case p.of == ofHolder, p.of == ofCase && !v.sees, p.of == ofRequester && v.kind != core.ActorPerson:
		return noCase
	}
	return passes
}

// tried returns how a route is tried; false, having failed the test with what
// to do, when nobody has said.
func (s *site) tried(route server.Route) (page, bool) {
	s.t.Helper()
	name := route.Method + " " + route.Path
	p, ok := triedPages[name]
	if !ok {
		s.t.Errorf("the route %q is new: add a line for it to triedPages in cmd/casement/permission_routes_test.go, as the comment there says, "+
			"and run “go test ./cmd/casement -run TestPages -update”", name)
		return p, false
	}
	if p.path == "" {
		if p.path = route.Path; strings.ContainsAny(p.path, ":*") {
			s.t.Errorf("the line for %q in triedPages needs a path: the route has parameters", name)
			return p, false
		}
	}
	return p, true
}

// fill returns what is sent to a page: its form with the viewer's token, or
// nothing.
func (v *viewer) fill(route server.Route, p page) url.Values {
	if route.Method == http.MethodGet {
		return nil
	}
	form := url.Values{server.CSRFField: {v.csrf}}
	for name, values := range p.form {
		form[name] = values
	}
	return form
}

func TestPages(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	for name := range triedPages {
		if !slices.ContainsFunc(s.table, func(r server.Route) bool { return r.Method+" "+r.Path == name }) {
			t.Errorf("triedPages has a line for %q, which is no route", name)
		}
	}
	var table strings.Builder
	table.WriteString("| page | for |")
	for _, v := range s.viewers {
		fmt.Fprintf(&table, " %s |", v.name)
	}
	table.WriteString("\n| --- | --- |" + strings.Repeat(" :-: |", len(s.viewers)) + "\n")
	for _, route := range s.table {
		if p, ok := s.tried(route); ok {
			s.tryPage(route, p, &table)
			s.tryWithoutToken(route, p)
			s.tryHostile(route, p)
		}
	}
	// What was silent about one case speaks of the other.
	for _, v := range s.viewers {
		if v.sees {
			s.settle(v)
			if a := s.ask(v, http.MethodGet, s.words.Replace("/people/{person}"), nil); !strings.Contains(a.body, openWord) {
				t.Errorf("the %s does not see the ordinary case either", v.name)
			}
		}
	}
	openDocument(t, "permissions.md").Holds("pages", table.String())
}

// tryPage asks for a page as everybody and writes its row.
func (s *site) tryPage(route server.Route, p page, table *strings.Builder) {
	s.t.Helper()
	name := route.Method + " " + route.Path
	fmt.Fprintf(table, "| `%s` | %s |", name, audienceOf(route))
	for _, v := range s.viewers {
		s.settle(v)
		a := s.ask(v, route.Method, s.words.Replace(p.path), v.fill(route, p))
		got, want := judge(route, a), v.due(route, p)
		fmt.Fprintf(table, " %s |", got)
		if a.status >= 500 {
			s.t.Errorf("%s as %s fails with %d", name, v.name, a.status)
		}
		if got != want {
			s.t.Errorf("%s as %s: %q (%d), but %q is due; either the route's guard or its line in triedPages is wrong", name, v.name, got, a.status, want)
		}
		s.tellsNoSecret(name, v, a)
		if route.Method == http.MethodGet {
			s.trySecret(route, p, v)
		}
	}
	table.WriteString("\n")
}

func audienceOf(route server.Route) string {
	if len(route.Roles) == 0 {
		return string(route.Audience)
	}
	var roles []string
	for _, role := range route.Roles {
		roles = append(roles, string(role))
	}
	return strings.Join(roles, ", ")
}

// trySecret looks for the restricted case by its address and by its words.
func (s *site) trySecret(route server.Route, p page, v *viewer) {
	s.t.Helper()
	name := route.Method + " " + route.Path
	if strings.Contains(p.path, "{case}") {
		a := s.ask(v, route.Method, strings.ReplaceAll(p.path, "{case}", string(s.secret.Ref)), nil)
		if judge(route, a) == passes || strings.Contains(a.body, hiddenWord) {
			s.t.Errorf("%s as %s: the restricted case is shown", name, v.name)
		}
		return
	}
	address, query, _ := strings.Cut(s.words.Replace(p.path), "?")
	fields, err := url.ParseQuery(query)
	if err != nil {
		s.t.Fatal(err)
	}
	fields.Set("q", soughtWord)
	s.tellsNoSecret(name+"?q="+soughtWord, v, s.ask(v, route.Method, address+"?"+fields.Encode(), nil))
}

// tellsNoSecret fails the test when an answer holds what only the restricted
// case could have told.
func (s *site) tellsNoSecret(name string, v *viewer, a reply) {
	s.t.Helper()
	if strings.Contains(a.body, hiddenWord) || strings.Contains(a.body, string(s.secret.Ref)) {
		s.t.Errorf("%s as %s tells of a restricted case", name, v.name)
	}
}

// tryWithoutToken sends a form that no page of ours made.
func (s *site) tryWithoutToken(route server.Route, p page) {
	s.t.Helper()
	if route.Method == http.MethodGet {
		return
	}
	for _, v := range s.viewers {
		s.settle(v)
		for what, token := range map[string]string{"without a token": "", "with a token that was guessed": strings.Repeat("A", 64)} {
			form := v.fill(route, p)
			form.Set(server.CSRFField, token)
			a := s.ask(v, route.Method, s.words.Replace(p.path), form)
			if p.draft && a.status != http.StatusOK && a.status < 500 {
				continue // nobody here has a draft, so there is nothing that could be sent
			}
			if a.status != http.StatusForbidden {
				s.t.Errorf("%s as %s %s: %d, want 403", route.Path, v.name, what, a.status)
			}
		}
	}
}

// hostile is what people and programs put where something else belongs.
var hostile = []string{"'", "%00", "..%2f..%2fetc%2fpasswd", "%f0%28%8c%28", "99999999999999999999999", "-1", "<script>", strings.Repeat("a", 3000)}

var parameter = regexp.MustCompile(`\{[a-z]+\}`)

// tryHostile asks for a page with nonsense in its address and its fields, as
// each who may ask at all: whatever the answer, the page does not break.
func (s *site) tryHostile(route server.Route, p page) {
	s.t.Helper()
	for _, v := range s.viewers {
		if due := v.due(route, p); due == refused || due == "sign in" {
			continue
		}
		for _, nonsense := range hostile {
			s.settle(v)
			address := parameter.ReplaceAllString(p.path, strings.ReplaceAll(nonsense, "$", "$$"))
			form := v.fill(route, p)
			for name := range form {
				if name != server.CSRFField {
					form.Set(name, unescape(nonsense))
				}
			}
			if form == nil {
				address, _, _ = strings.Cut(address, "?")
				address += "?q=" + nonsense + "&after=" + nonsense + "&sort=" + nonsense + "&page=" + nonsense + "&version=" + nonsense
			}
			if a := s.ask(v, route.Method, address, form); a.status >= 500 {
				s.t.Errorf("%s %s as %s, with %.20q, fails with %d", route.Method, route.Path, v.name, nonsense, a.status)
			}
		}
	}
}

func unescape(s string) string {
	if out, err := url.PathUnescape(s); err == nil {
		return out
	}
	return s
}
