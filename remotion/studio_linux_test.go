package remotion

import (
	"context"
	"maps"
	"net"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"greenroom/internal/fault"
	"greenroom/remotion/project"
)

// running starts Studio and returns its port, its output, and its end.
func running(t *testing.T, ctx context.Context) (port string, mark string, said func() string, done chan error) {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var log strings.Builder
	mark = "GREENROOM_TEST_MARK=" + t.Name() + strconv.Itoa(os.Getpid())
	ready := make(chan string, 1)
	done = make(chan error, 1)
	go func() {
		done <- Renderer{Node: node, Env: append(os.Environ(), mark)}.Studio(ctx, StudioSpec{Layout: project.Layout{Dir: someProject(t)}, Ready: func(url string) { ready <- url },
			Log: func(l string) {
				mu.Lock()
				defer mu.Unlock()
				log.WriteString(l + "\n")
			}})
	}()
	said = func() string {
		mu.Lock()
		defer mu.Unlock()
		return log.String()
	}
	select {
	case url := <-ready:
		return url[strings.LastIndex(url, ":")+1:], mark, said, done
	case err := <-done:
		t.Fatalf("Studio did not start: %v\n%s", err, said())
	case <-time.After(3 * time.Minute):
		t.Fatalf("Studio did not start\n%s", said())
	}
	return "", "", nil, nil
}

// Studio answers this machine alone: a listener on every interface would answer on
// 127.0.0.2 as well. Its end by itself is a fault, and nothing of it stays.
func TestStudioIsAloneOnLoopbackAndItsEndIsSaid(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	port, mark, said, done := running(t, ctx)
	if c, err := net.Dial("tcp", "127.0.0.2:"+port); err == nil {
		c.Close()
		t.Error("Studio listens on every interface")
	}
	pids := slices.Sorted(maps.Keys(living(t, mark)))
	if len(pids) == 0 {
		t.Fatal("Studio runs and cannot be found")
	}
	if err := syscall.Kill(pids[0], syscall.SIGKILL); err != nil { // the first is Studio, the others are its own
		t.Fatal(err)
	}
	select {
	case err := <-done:
		if fault.KindOf(err) != fault.Tool || !strings.Contains(err.Error(), "Remotion Studio") {
			t.Errorf("its end is reported as %v\n%s", err, said())
		}
	case <-time.After(time.Minute):
		t.Fatalf("its end was not seen\n%s", said())
	}
	if left := living(t, mark); len(left) > 0 {
		t.Errorf("still running: %v", left)
	}
}

func TestStudioEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	_, mark, said, done := running(t, ctx)
	if len(living(t, mark)) == 0 {
		t.Fatal("Studio runs and cannot be found")
	}
	cancel()
	select {
	case err := <-done:
		if err != nil {
			t.Errorf("%v\n%s", err, said())
		}
	case <-time.After(time.Minute):
		t.Fatal("it did not end")
	}
	if left := living(t, mark); len(left) > 0 {
		t.Errorf("still running: %v", left)
	}
}

func TestATakenPortIsNamed(t *testing.T) {
	for _, host := range []string{"127.0.0.1:0", "0.0.0.0:0"} {
		l, err := net.Listen("tcp", host)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		port := l.Addr().(*net.TCPAddr).Port
		err = Renderer{}.Studio(t.Context(), StudioSpec{Layout: project.Layout{Dir: someProject(t)}, Port: port, Log: func(string) {}})
		if fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), strconv.Itoa(port)+" is taken") {
			t.Errorf("on %s: %v", host, err)
		}
	}
	if err := portFree(70000); fault.KindOf(err) != fault.Usage {
		t.Errorf("port 70000: %v", err)
	}
}
