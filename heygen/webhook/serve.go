package webhook

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"
)

// Serve answers on a listener and handles events until the context ends; then it
// lets open deliveries finish. It closes the listener.
func (r *Receiver) Serve(ctx context.Context, l net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	web := &http.Server{Handler: r, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second,
		WriteTimeout: 20 * time.Second,
		IdleTimeout:  time.Minute, MaxHeaderBytes: 16 << 10}
	served, ran := make(chan error, 1), make(chan error, 1)
	go func() { served <- web.Serve(l) }()
	go func() { ran <- r.Run(ctx) }()
	var err error
	select {
	case err = <-served:
		cancel()
		return errors.Join(err, <-ran)
	case err = <-ran: // the context ended, or the journal cannot be written
	}
	grace, stop := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
	defer stop()
	if serr := web.Shutdown(grace); serr != nil {
		err = errors.Join(err, web.Close())
	}
	if serr := <-served; !errors.Is(serr, http.ErrServerClosed) {
		err = errors.Join(err, serr)
	}
	return err
}
