package core

// The events of what is installed of third parties' code. Their stream is the
// plugin's id; of publishers it is "publishers".
const (
	PluginAdded         EventKind = "plugin.added"      // a version was stored; it does not serve yet
	PluginLive          EventKind = "plugin.live"       // a version serves: installed, upgraded or rolled back
	PluginGranted       EventKind = "plugin.granted"    // what it may do was changed
	PluginConfigured    EventKind = "plugin.configured" // its settings or secrets were changed
	PluginSwitched      EventKind = "plugin.switched"   // on or off
	PluginRevived       EventKind = "plugin.revived"    // it may run again after repeated faults
	PluginRemoved       EventKind = "plugin.removed"    // a version, or all of it
	PublisherTrusted    EventKind = "publisher.trusted"
	PublisherDistrusted EventKind = "publisher.distrusted"
)
