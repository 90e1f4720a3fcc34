package cli

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"
)

// progress is one line on a terminal that appears after a second, is drawn
// anew ten times a second, and is gone when the run is. A nil progress shows
// nothing.
type progress struct {
	w   io.Writer
	now func() time.Time

	mu    sync.Mutex
	start time.Time
	drawn time.Time // zero: nothing on the screen
}

const (
	progressDelay = time.Second
	progressPause = 100 * time.Millisecond
)

// newProgress is nil unless w is a terminal.
func newProgress(w io.Writer) *progress {
	f, ok := w.(*os.File)
	if !ok || os.Getenv("TERM") == "dumb" {
		return nil
	}
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return nil
	}
	return startProgress(w, time.Now)
}

func startProgress(w io.Writer, now func() time.Time) *progress {
	return &progress{w: w, now: now, start: now()}
}

// update may be called from any goroutine.
func (p *progress) update(done, total float64, what string) {
	if p == nil || total <= 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if now.Sub(p.start) < progressDelay || now.Sub(p.drawn) < progressPause {
		return
	}
	p.drawn = now
	fmt.Fprintf(p.w, "\r\x1b[K%s", progressLine(max(0, min(1, done/total)), now.Sub(p.start), what))
}

// erase takes the line away; results may follow.
func (p *progress) erase() {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.drawn.IsZero() {
		fmt.Fprint(p.w, "\r\x1b[K")
		p.drawn = time.Time{}
	}
}

// progressLine is at most 79 columns wide.
func progressLine(share float64, elapsed time.Duration, what string) string {
	const width, longest = 24, 28
	full := int(share * width)
	left := ""
	if share > 0.005 {
		left = "  " + time.Duration(float64(elapsed)*(1-share)/share).Round(time.Second).String() + " left"
	}
	name := []rune(what)
	if len(name) > longest {
		name = append(name[:longest-1], '…')
	}
	return fmt.Sprintf("%3.0f%% %s%s%s  %s", 100*share, strings.Repeat("█", full), strings.Repeat("░", width-full), left, string(name))
}
