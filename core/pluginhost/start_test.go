package pluginhost_test

import (
	"bytes"
	"fmt"
	"runtime"
	"testing"
	"testing/fstest"
	"time"

	"github.com/casement-dev/casement/core/intake/intaketest"
	"github.com/casement-dev/casement/core/pluginhost/pack"
)

// Twenty plugins may come with the program: a server that starts again looks
// at their hashes, and reads, compiles and loads none of them.
func TestAServerWithTwentyPluginsStartsAtOnceAndHoldsNoneOfThem(t *testing.T) {
	in, ctx := newInstallation(t), t.Context()
	module := intaketest.ComplaintModule(t)
	manifest, err := pack.Manifest(module)
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{}
	for i := range 20 {
		id := fmt.Sprintf("casement.number%d", i)
		one, err := pack.Replace(module, bytes.Replace(manifest, []byte("casement.complaint"), []byte(id), 1))
		if err != nil {
			t.Fatal(err)
		}
		files[id+".wasm"] = &fstest.MapFile{Data: one}
	}
	ready := func(in *installation) time.Duration {
		began := time.Now()
		if err := in.Ship(ctx, files); err != nil {
			t.Fatal(err)
		}
		if err := in.host.Sync(ctx); err != nil {
			t.Fatal(err)
		}
		return time.Since(began)
	}
	first := ready(in)
	before := heap()
	again := in.another(t)
	took := ready(again)
	grown := int64(heap()) - int64(before)
	t.Logf("first start %v, every other %v, %d kB of heap for 20 plugins of %d kB", first.Round(time.Millisecond), took.Round(time.Millisecond), grown>>10, len(module)>>10)
	if len(again.host.Forms()) != 20 {
		t.Errorf("%q", again.host.Forms())
	}
	for _, s := range again.host.Status() {
		if s.Loaded {
			t.Errorf("%s is loaded", s.ID)
		}
	}
	if took > time.Second {
		t.Errorf("it took %v to start", took)
	}
	if grown > 4<<20 {
		t.Errorf("%d kB are held for plugins that nobody calls", grown>>10)
	}
	runtime.KeepAlive(files)
	runtime.KeepAlive(again)
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
