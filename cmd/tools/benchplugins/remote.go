package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/casement-dev/casement/cmd/tools/benchplugins/reducer"
)

var handshake = plugin.HandshakeConfig{ProtocolVersion: 1, MagicCookieKey: "BENCH_PLUGIN", MagicCookieValue: "1"}

const method = "/bench.Plugin/Call"

// process is the plugin as go-plugin knows it: bytes to bytes.
type process struct{ plugin.NetRPCUnsupportedPlugin }

type caller interface {
	Call(ctx context.Context, in []byte) ([]byte, error)
}

type server struct{}

// Call does the work.
func (server) Call(_ context.Context, in []byte) ([]byte, error) { return reducer.Call(in, nil), nil }

// GRPCServer implements plugin.GRPCPlugin.
func (process) GRPCServer(_ *plugin.GRPCBroker, s *grpc.Server) error {
	s.RegisterService(&grpc.ServiceDesc{
		ServiceName: "bench.Plugin", HandlerType: (*caller)(nil),
		Methods: []grpc.MethodDesc{{MethodName: "Call", Handler: func(srv any, ctx context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
			in := new(wrapperspb.BytesValue)
			if err := decode(in); err != nil {
				return nil, err
			}
			out, err := srv.(caller).Call(ctx, in.Value)
			return wrapperspb.Bytes(out), err
		}}},
	}, server{})
	return nil
}

// GRPCClient implements plugin.GRPCPlugin.
func (process) GRPCClient(_ context.Context, _ *plugin.GRPCBroker, c *grpc.ClientConn) (any, error) {
	return client{c}, nil
}

type client struct{ conn *grpc.ClientConn }

// Call sends bytes to the other process.
func (c client) Call(ctx context.Context, in []byte) ([]byte, error) {
	out := new(wrapperspb.BytesValue)
	err := c.conn.Invoke(ctx, method, wrapperspb.Bytes(in), out)
	return out.Value, err
}

func serveGRPC() {
	plugin.Serve(&plugin.ServeConfig{
		HandshakeConfig: handshake, Plugins: plugin.PluginSet{"bench": process{}}, GRPCServer: plugin.DefaultGRPCServer,
		Logger: hclog.NewNullLogger(),
	})
}

func serveWebhook() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(l.Addr())
	_ = http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		in, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(reducer.Call(in, nil))
	}))
}

// startRemote starts the work in two other processes.
func startRemote() (ways []way, stop func(), err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, nil, err
	}
	rpc := plugin.NewClient(&plugin.ClientConfig{
		HandshakeConfig: handshake, Plugins: plugin.PluginSet{"bench": process{}}, Cmd: exec.Command(self, grpcWord),
		AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC}, Logger: hclog.NewNullLogger(),
	})
	protocol, err := rpc.Client()
	if err != nil {
		rpc.Kill()
		return nil, nil, err
	}
	raw, err := protocol.Dispense("bench")
	if err != nil {
		rpc.Kill()
		return nil, nil, err
	}
	hook := exec.Command(self, webhookWord)
	out, err := hook.StdoutPipe()
	if err == nil {
		err = hook.Start()
	}
	if err != nil {
		rpc.Kill()
		return nil, nil, err
	}
	stop = func() {
		rpc.Kill()
		_ = hook.Process.Kill()
		_ = hook.Wait()
	}
	var address string
	if _, err := fmt.Fscan(out, &address); err != nil {
		stop()
		return nil, nil, err
	}
	return []way{
		{"go-plugin gRPC, its own process", func(in []byte) ([]byte, error) { return raw.(caller).Call(context.Background(), in) }},
		{"HTTP webhook, loopback, kept alive", func(in []byte) ([]byte, error) {
			r, err := http.Post("http://"+address, "application/json", bytes.NewReader(in))
			if err != nil {
				return nil, err
			}
			defer r.Body.Close()
			return io.ReadAll(r.Body)
		}},
	}, stop, nil
}
