package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"xbar/configs"
	"xbar/sim/system"
)

// Exit codes.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// Main runs the command line without the program's name and returns the exit
// code.
func Main(args []string, stdout, stderr io.Writer) (code int) {
	defer func() {
		if p := recover(); p != nil {
			code = exitFailed
			fmt.Fprintf(stderr, "xbar: internal error: %v (at %s, %s)\nThis is a bug in xbar: please report it, with the config.\n", p, system.Internal(p).Where, version())
		}
	}()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the process there and then
	s := &session{stdout: stdout, stderr: stderr}
	return s.exit(s.dispatch(ctx, args))
}

// session is one invocation.
type session struct {
	stdout, stderr io.Writer
	quiet          bool
}

// usageError is a mistake in the command line, configError one in a config;
// its text is complete.
type (
	usageError struct {
		command string
		text    string
	}
	configError struct{ error }
)

func (e *usageError) Error() string { return e.text }

var errInterrupted = errors.New("interrupted")

func (s *session) exit(err error) int {
	var usage *usageError
	var config configError
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, syscall.EPIPE): // the reader has seen enough
		return exitFailed
	case errors.As(err, &usage):
		name, topic := "xbar", ""
		if usage.command != "" {
			name, topic = "xbar "+usage.command, " "+usage.command
		}
		fmt.Fprintf(s.stderr, "%s: %s\nRun 'xbar help%s' for usage.\n", name, usage.text, topic)
		return exitUsage
	case errors.As(err, &config):
		fmt.Fprintln(s.stderr, strings.TrimRight(config.Error(), "\n"))
		return exitUsage
	default:
		fmt.Fprintf(s.stderr, "xbar: %v\n", err)
		return exitFailed
	}
}

// message tells the user something that is no result.
func (s *session) message(format string, args ...any) {
	if !s.quiet {
		fmt.Fprintf(s.stderr, format+"\n", args...)
	}
}

func (s *session) dispatch(ctx context.Context, args []string) error {
	if len(args) == 0 {
		fmt.Fprint(s.stderr, overview())
		return &usageError{text: "no command"}
	}
	name, args := args[0], args[1:]
	switch name {
	case "help", "-h", "-help", "--help":
		return s.help(args)
	case "-version", "--version":
		name = "version"
	}
	c := find(name)
	if c == nil {
		return unknownCommand(name)
	}
	var o options
	flags := c.flagsOf(&o)
	operands, err := parse(flags, args)
	if errors.Is(err, errHelp) {
		return s.help([]string{c.name})
	}
	if err == nil {
		err = c.accepts(operands)
	}
	if err != nil {
		return &usageError{c.name, err.Error()}
	}
	s.quiet = o.quiet
	return c.run(s, ctx, &o, operands)
}

func unknownCommand(name string) error {
	return &usageError{text: fmt.Sprintf("unknown command %q", name) + didYouMean(configs.Nearest(name, commandNames()))}
}
