// The body of an answer: its reading is watched, and its end gives the place back.

package pace

import (
	"io"
	"sync"
)

type body struct {
	io.ReadCloser
	watch *watch
	done  func()
	once  sync.Once
}

func (b *body) Read(buf []byte) (int, error) {
	n, err := b.ReadCloser.Read(buf)
	if err == nil {
		b.watch.again()
		return n, nil
	}
	if err != io.EOF && b.watch.stalled() {
		err = &StallError{After: b.watch.after, InBody: true}
	}
	b.end()
	return n, err
}

func (b *body) Close() error {
	err := b.ReadCloser.Close()
	b.end()
	return err
}

func (b *body) end() {
	b.once.Do(func() {
		b.watch.stop()
		b.done()
	})
}
