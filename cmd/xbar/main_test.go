package main

import (
	"bufio"
	"bytes"
	"errors"
	"flag"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"

	"xbar/cmd/xbar/internal/cli"
)

var update = flag.Bool("update", false, "write the doc comment of main.go")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"xbar": main})
}

// Scripts find ONNX models and NumPy's arrays, which are not text, in the folders
// $MODELS and $NPY, and examples in $EXAMPLES.
func TestScripts(t *testing.T) {
	models, err := filepath.Abs("../../sim/workload/onnx/testdata/exported")
	if err != nil {
		t.Fatal(err)
	}
	arrays, err := filepath.Abs("testdata/npy")
	if err != nil {
		t.Fatal(err)
	}
	examples, err := filepath.Abs("../../examples")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Setup: func(env *testscript.Env) error {
			env.Setenv("MODELS", models)
			env.Setenv("NPY", arrays)
			env.Setenv("EXAMPLES", examples)
			return nil
		},
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"code":      code,
			"interrupt": interrupt,
		},
	})
}

// code N program args...: the program exits with N; its output goes to the
// files stdout and stderr.
func code(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code N program args...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	var stdout, stderr bytes.Buffer
	cmd := command(ts, args[1:])
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	got := exitCode(ts, cmd.Run())
	record(ts, stdout.Bytes(), stderr.Bytes())
	if got != want {
		ts.Fatalf("exit code %d, not %d\n[stdout]\n%s[stderr]\n%s", got, want, &stdout, &stderr)
	}
}

// interrupt program args...: Ctrl-C as soon as the program has written its
// first line; it must end within five seconds with exit code 1.
func interrupt(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: interrupt program args...")
	}
	cmd := command(ts, args)
	var stdout, stderr bytes.Buffer
	cmd.Stderr = &stderr
	pipe, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	kill := time.AfterFunc(20*time.Second, func() { cmd.Process.Kill() })
	defer kill.Stop()
	output := bufio.NewReader(pipe)
	first, err := output.ReadString('\n')
	ts.Check(err)
	stdout.WriteString(first)
	start := time.Now()
	ts.Check(cmd.Process.Signal(os.Interrupt))
	_, err = output.WriteTo(&stdout)
	ts.Check(err)
	got := exitCode(ts, cmd.Wait())
	record(ts, stdout.Bytes(), stderr.Bytes())
	if took := time.Since(start); got != 1 || took > 5*time.Second {
		ts.Fatalf("exit code %d after %v\n[stderr]\n%s", got, took, &stderr)
	}
}

func command(ts *testscript.TestScript, args []string) *exec.Cmd {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = ts.MkAbs(".")
	return cmd
}

func exitCode(ts *testscript.TestScript, err error) int {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode()
	}
	ts.Check(err)
	return 0
}

func record(ts *testscript.TestScript, stdout, stderr []byte) {
	ts.Check(os.WriteFile(ts.MkAbs("out"), stdout, 0o666))
	ts.Check(os.WriteFile(ts.MkAbs("err"), stderr, 0o666))
}

// The doc comment of the command is its help.
func TestDocComment(t *testing.T) {
	source, err := os.ReadFile("main.go")
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		_, code, _ := bytes.Cut(source, []byte("\npackage main\n"))
		if bytes.HasPrefix(source, []byte("package main\n")) {
			code = source[len("package main\n"):]
		}
		source, err = format.Source([]byte(comment(cli.Doc()) + "package main\n" + string(code)))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile("main.go", source, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	file, err := parser.ParseFile(token.NewFileSet(), "main.go", source, parser.ParseComments|parser.PackageClauseOnly)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(cli.Doc(), file.Doc.Text()); diff != "" {
		t.Errorf("help and doc comment differ; go test ./cmd/xbar -run DocComment -update writes it (-help +comment):\n%s", diff)
	}
}

func comment(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		switch {
		case line == "\n":
			b.WriteString("//\n")
		case strings.HasPrefix(line, "\t"):
			b.WriteString("//" + line)
		default:
			b.WriteString("// " + line)
		}
	}
	return b.String()
}
