package webhooks

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"time"
)

// forSecrets is what endpoints' keys are sealed for.
const forSecrets = "webhook secrets"

// secretPrefix begins every key, so that nobody takes it for anything else.
const secretPrefix = "whsec_"

// keySize is the length of a key in bytes.
const keySize = 32

// newSecret makes a key.
func newSecret() []byte {
	key := make([]byte, keySize)
	rand.Read(key)
	return key
}

// writeSecret writes a key as its receiver is given it.
func writeSecret(key []byte) string { return secretPrefix + base64.StdEncoding.EncodeToString(key) }

// signature signs a message with each key, as the header webhook-signature has
// it: a receiver that knows one of them is content.
func signature(id string, at time.Time, body []byte, keys [][]byte) string {
	signatures := make([]string, len(keys))
	for i, key := range keys {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(id + "." + strconv.FormatInt(at.Unix(), 10) + "."))
		mac.Write(body)
		signatures[i] = "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	}
	return strings.Join(signatures, " ")
}
