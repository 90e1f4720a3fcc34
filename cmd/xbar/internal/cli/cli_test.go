package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"xbar/configs"
)

func TestParse(t *testing.T) {
	for _, test := range []struct {
		args     string
		operands []string
		want     options
	}{
		{"a b", []string{"a", "b"}, options{format: "text"}},
		{"--format json a -o out b", []string{"a", "b"}, options{format: "json", output: "out"}},
		{"a --format=csv -format markdown", []string{"a"}, options{format: "markdown"}},
		{"--set a=1 a -set b=x=y --seed 3", []string{"a"}, options{format: "text", sets: []string{"a=1", "b=x=y", "seed=3"}}},
		{"-j4 a", []string{"a"}, options{format: "text", workers: 4}},
		{"-j=4 a", []string{"a"}, options{format: "text", workers: 4}},
		{"a -- --quiet -", []string{"a", "--quiet", "-"}, options{format: "text"}},
		{"- --quiet", []string{"-"}, options{format: "text", quiet: true}},
		{"--figure E.PNG --trace t.json a", []string{"a"}, options{format: "text", figure: "E.PNG", trace: "t.json"}},
	} {
		var got options
		operands, err := parse(find("run").flagsOf(&got), strings.Fields(test.args))
		if err != nil {
			t.Errorf("%s: %v", test.args, err)
		}
		if diff := cmp.Diff(test.operands, operands); diff != "" {
			t.Errorf("%s: operands %s", test.args, diff)
		}
		if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(options{}, studyFlags{}, product{})); diff != "" {
			t.Errorf("%s: %s", test.args, diff)
		}
	}
}

// Any arguments are parsed or refused; operands keep their order.
func TestParseAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		args := rapid.SliceOf(rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"-j", "--set", "a=b", "--", "-", "--format", "json", "-o"}))).Draw(t, "args")
		var o options
		operands, err := parse(find("run").flagsOf(&o), args)
		if err != nil {
			return
		}
		rest := args
		for _, operand := range operands {
			for len(rest) > 0 && rest[0] != operand {
				rest = rest[1:]
			}
			if len(rest) == 0 {
				t.Fatalf("operands %q of %q", operands, args)
			}
			rest = rest[1:]
		}
	})
}

func TestNearest(t *testing.T) {
	for word, want := range map[string]string{"rum": "run", "RUN": "run", "law": "laws", "preset": "presets", "verison": "version", "sweeps": "sweep", "profile": "", "x": "", "": ""} {
		if got := configs.Nearest(word, commandNames()); got != want {
			t.Errorf("configs.Nearest(%q) = %q, want %q", word, got, want)
		}
	}
}

func TestExitCodes(t *testing.T) {
	for _, test := range []struct {
		err    error
		code   int
		stderr string
	}{
		{nil, 0, ""},
		{errors.New("broke"), 1, "xbar: broke\n"},
		{fmt.Errorf("a.toml: %w", errInterrupted), 1, "xbar: a.toml: interrupted\n"},
		{fmt.Errorf("write: %w", syscall.EPIPE), 1, ""},
		{configError{errors.New("a.toml:1:1: wrong\n")}, 2, "a.toml:1:1: wrong\n"},
		{&usageError{"run", "bad"}, 2, "xbar run: bad\nRun 'xbar help run' for usage.\n"},
	} {
		var stderr bytes.Buffer
		s := session{stderr: &stderr}
		if code := s.exit(test.err); code != test.code || stderr.String() != test.stderr {
			t.Errorf("%v: code %d, %q", test.err, code, stderr.String())
		}
	}
}

func TestPanicIsReported(t *testing.T) {
	kept := commands
	defer func() { commands = kept }()
	commands = []command{{name: "boom", flagsOf: func(*options) []flag { return nil }, run: boom}}
	var stdout, stderr bytes.Buffer
	if code := Main([]string{"boom"}, &stdout, &stderr); code != 1 {
		t.Errorf("code %d", code)
	}
	if got := stderr.String(); !strings.HasPrefix(got, "xbar: internal error: out of cheese (at xbar/cmd/xbar/internal/cli.boom:") || !strings.Contains(got, "please report") || strings.Contains(got, "goroutine") {
		t.Errorf("stderr %q", got)
	}
}

func boom(*session, context.Context, *options, []string) error { panic("out of cheese") }

func TestDescribe(t *testing.T) {
	info := &debug.BuildInfo{GoVersion: "go1.26.0", Settings: []debug.BuildSetting{
		{Key: "GOARCH", Value: "arm64"}, {Key: "GOOS", Value: "linux"}, {Key: "vcs.revision", Value: "abc123"},
		{Key: "vcs.time", Value: "2026-01-02T03:04:05Z"}, {Key: "vcs.modified", Value: "true"}}}
	if got, want := describe(info), "xbar (devel) (revision abc123 of 2026-01-02T03:04:05Z, modified) go1.26.0 linux/arm64"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	info.Main.Version, info.Settings = "v1.2.3", nil
	if got, want := describe(info), "xbar v1.2.3 go1.26.0"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestProgress(t *testing.T) {
	var b bytes.Buffer
	clock := time.Unix(0, 0)
	p := startProgress(&b, func() time.Time { return clock })
	after := func(d time.Duration, share float64) string {
		b.Reset()
		clock = time.Unix(0, 0).Add(d)
		p.update(share, 1, "isaac")
		return b.String()
	}
	if got := after(999*time.Millisecond, 0.1); got != "" {
		t.Errorf("drawn within a second: %q", got)
	}
	p.erase()
	if b.Len() > 0 {
		t.Errorf("erased what was not drawn: %q", b.String())
	}
	if got, want := after(10*time.Second, 0.25), "\r\x1b[K 25% ██████░░░░░░░░░░░░░░░░░░  30s left  isaac"; got != want {
		t.Errorf("drew %q, want %q", got, want)
	}
	if got := after(10*time.Second+50*time.Millisecond, 0.26); got != "" {
		t.Errorf("drawn again too soon: %q", got)
	}
	b.Reset()
	p.erase()
	if b.String() != "\r\x1b[K" {
		t.Errorf("erased with %q", b.String())
	}
	var none *progress
	none.update(1, 2, "nothing")
	none.erase()
	if newProgress(&b) != nil {
		t.Error("a buffer is no terminal")
	}
}

func TestProgressLineFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		share, elapsed := rapid.Float64Range(0, 1).Draw(t, "share"), time.Duration(rapid.Int64Range(0, 1e15).Draw(t, "elapsed"))
		line := progressLine(share, elapsed, rapid.String().Draw(t, "what"))
		if n := utf8.RuneCountInString(line); n > 79 {
			t.Fatalf("%d columns: %q", n, line)
		}
	})
}
