package report

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// WriteFile makes a file appear whole or not at all: write fills memory, then
// a temporary file beside it, which is renamed. What is not a regular file (a
// pipe, a device) is written to directly.
func WriteFile(path string, write func(io.Writer) error) error {
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return err
	}
	mode := os.FileMode(0o666)
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		return os.WriteFile(path, b.Bytes(), 0)
	}
	if err == nil {
		mode = info.Mode().Perm()
		if path, err = filepath.EvalSymlinks(path); err != nil {
			return err
		}
	}
	return replace(path, mode, func(w io.Writer) error {
		_, err := w.Write(b.Bytes())
		return err
	})
}

// WriteLarge is [WriteFile] of a new file that is too large for memory.
func WriteLarge(path string, write func(io.Writer) error) error { return replace(path, 0o666, write) }

// WriteProgram is [WriteLarge] of a file that can be run.
func WriteProgram(path string, write func(io.Writer) error) error {
	return replace(path, 0o777, write)
}

func replace(path string, mode os.FileMode, write func(io.Writer) error) error {
	temporary := filepath.Join(filepath.Dir(path), fmt.Sprintf(".%s.%d", filepath.Base(path), os.Getpid()))
	f, err := os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", path, err)
	}
	defer os.Remove(temporary) // gone already when the rename went well
	err = write(f)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return os.Rename(temporary, path)
}
