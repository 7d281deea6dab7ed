// A plugin that does wrong on request: what to do is the event's action. It
// speaks the contract by hand, since the SDK would not let it misbehave.
package main

import (
	"encoding/hex"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"
	"unsafe"

	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/view"
)

var (
	in, out []byte
	calls   int
	sink    [][]byte
)

//go:wasmexport plugin_abi
func abiVersion() uint32 { return abi.Version }

// 7777 bytes are more than it can bear.
//
//go:wasmexport plugin_alloc
func alloc(n uint32) uint32 {
	switch n {
	case 7777:
		panic("alloc")
	case 7778:
		return 0xfffffff0
	}
	in = make([]byte, n+1)
	return uint32(uintptr(unsafe.Pointer(&in[0])))
}

//go:wasmexport plugin_call
func call(_, n uint32) uint64 {
	request, err := abi.DecodeRequest(in[:n])
	if err != nil {
		panic(err)
	}
	if request.Op == abi.OpDescribe {
		out = (&abi.Response{V: 1, Describe: &abi.Description{ABI: 1, Entries: []abi.Entry{{ID: "faulty", Kind: abi.KindForm}}}}).Append(nil)
	} else {
		out = do(request.Event)
	}
	if request.Event != nil {
		switch request.Event.Action {
		case "outside":
			return 0xfffffff0<<32 | 100
		case "four gigabytes":
			return 8<<32 | 0xffffffff
		case "nowhere":
			return 0
		case "around the end":
			return 0xffffffff<<32 | 0xffff
		}
	}
	return uint64(uintptr(unsafe.Pointer(unsafe.SliceData(out))))<<32 | uint64(len(out))
}

func main() {}

func page(text string) []byte {
	return (&abi.Response{V: 1, View: &view.Node{Type: view.Page, Label: text}}).Append(nil)
}

//go:wasmimport wasi_snapshot_preview1 random_get
//go:noescape
func drawRandom(to unsafe.Pointer, n uint32) uint32

//go:noinline
func fib(n int) int {
	if n < 2 {
		return n
	}
	return fib(n-1) + fib(n-2)
}

//go:noinline
func recurse(n int) int { return recurse(n+1) + 1 }

func do(event *abi.Event) []byte {
	calls++
	switch event.Action {
	case "panic":
		panic("boom")
	case "recovered":
		func() {
			defer func() { recover() }()
			panic("boom")
		}()
	case "nil":
		var p *int
		*p = 1
	case "index":
		return []byte{}[calls:]
	case "wild":
		*(*int)(unsafe.Pointer(uintptr(0x7ffffff0))) = 1
	case "loop":
		for {
		}
	case "doubling":
		return page(strconv.Itoa(fib(60)))
	case "stack":
		return page(strconv.Itoa(recurse(0)))
	case "memory":
		for {
			b := make([]byte, 1<<20)
			for i := 0; i < len(b); i += 4096 {
				b[i] = 1
			}
			sink = append(sink, b)
		}
	case "gigabyte":
		sink = append(sink, make([]byte, 1<<30))
	case "grow":
		sink = append(sink, make([]byte, 12<<20)) // more than the snapshot has room for
	case "exit":
		os.Exit(3)
	case "deadlock":
		select {}
	case "sleep":
		time.Sleep(1000 * time.Hour)
	case "goroutine":
		go func() {
			for {
				calls++
				runtime.Gosched()
			}
		}()
	case "flood":
		for {
			_ = time.Now()
		}
	case "log":
		for range 1000 {
			os.Stderr.WriteString("a line of log\n")
		}
		panic("after the log")
	case "giant":
		return make([]byte, 8<<20)
	case "long":
		return page(strings.Repeat("x", 2<<20))
	case "deep":
		return []byte(`{"v":1,"state":` + strings.Repeat("[", 1000) + strings.Repeat("]", 1000) + `}`)
	case "deep view":
		return []byte(`{"v":1,"view":{"t":"page","label":"x","items":` + strings.Repeat(`[{"t":"section","label":"x","items":`, 12) + "[]" + strings.Repeat(`}]`, 12) + `}}`)
	case "many":
		return []byte(`{"v":1,"view":{"t":"page","label":"x","items":[{}` + strings.Repeat(`,{}`, 300_000) + `]}}`)
	case "utf8":
		return []byte("{\"v\":1,\"log\":[\"\xff\"]}")
	case "nul":
		return []byte(`{"v":1,"log":["\u0000"]}`)
	case "json":
		return []byte(`{"v":1,"state":[+]}`)
	case "echo":
		// Says whatever it is told to, byte for byte.
		b, err := hex.DecodeString(event.Text + strings.Join(event.Fields["say"], ""))
		if err != nil {
			panic(err)
		}
		return b
	case "fill":
		b := make([]byte, 4<<20)
		for {
			clear(b)
		}
	case "copy":
		b, c := make([]byte, 2<<20), make([]byte, 2<<20)
		for {
			copy(b, c)
		}
	case "draw":
		b := make([]byte, 64<<10)
		for drawRandom(unsafe.Pointer(&b[0]), uint32(len(b))) == 0 {
		}
		panic("no more randomness")
	case "wait":
		for {
			time.Sleep(time.Nanosecond)
		}
	case "say":
		line := strings.Repeat("x", 1<<20)
		for {
			os.Stderr.WriteString(line)
		}
	case "twice":
		return []byte(`{"v":1,"done":false,"done":true}`)
	case "twice in state":
		return []byte(`{"v":1,"state":{"a":{"b":1,"c":2,"\u0062":3}}}`)
	case "number":
		return []byte(`{"v":1,"state":{"n":1e999999999}}`)
	case "integer":
		return []byte(`{"v":1,"view":{"t":"form","id":"a","label":"x","part":99999999999999999999}}`)
	case "asks":
		return []byte(`{"v":1,"asks":[` + strings.Repeat(`{"id":"1","t":"case.search"},`, 5000) + `{"id":"2","t":"case.search"}]}`)
	case "one ask twice":
		return []byte(`{"v":1,"asks":[{"id":"1","t":"case.search"},{"id":"1","t":"store.get"}]}`)
	case "effects":
		return []byte(`{"v":1,"effects":[` + strings.Repeat(`{"t":"case.close","args":{}},`, 5000) + `{"t":"case.close","args":{}}]}`)
	case "state":
		return []byte(`{"v":1,"state":"` + strings.Repeat("x", 300<<10) + `"}`)
	case "half a pair":
		return []byte(`{"v":1,"state":"\ud800"}`)
	case "two answers":
		return []byte(`{"v":1}{"v":1}`)
	case "control":
		os.Stderr.WriteString("a\x00b\x1b[2Jc\xff\n")
		panic("a\x00b")
	case "later":
		// Is still there when the call is over.
		time.AfterFunc(time.Millisecond, func() { calls = 1000 })
		go func() { panic("later") }()
	case "threads":
		for range 100_000 {
			go func() { select {} }()
		}
	case "channels":
		c := make(chan int)
		go func() {
			for {
				c <- 1
			}
		}()
		for range c {
		}
	case "empty":
		return nil
	case "version":
		return []byte(`{"v":2}`)
	case "fault":
		return []byte(`{"v":1,"fault":"I give up"}`)
	case "markup":
		return []byte(`{"v":1,"view":{"t":"html","text":"<script>alert(1)</script>"}}`)
	case "attribute":
		return []byte(`{"v":1,"view":{"t":"form","id":"a","label":"x","items":[{"t":"field","kind":"text","id":"x\" onfocus=\"alert(1)","label":"x"}]}}`)
	}
	return page("call " + strconv.Itoa(calls))
}
