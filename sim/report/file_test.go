package report

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
)

func writes(text string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	}
}

func contents(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestWriteFile(t *testing.T) {
	folder := t.TempDir()
	path, link := filepath.Join(folder, "result"), filepath.Join(folder, "link")
	if err := WriteFile(path, writes("old")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(link, writes("new")); err != nil {
		t.Fatal(err)
	}
	if info, _ := os.Lstat(link); info.Mode()&os.ModeSymlink == 0 {
		t.Error("the link was replaced by a file")
	}
	if got := contents(t, path); got != "new" {
		t.Errorf("file holds %q", got)
	}
}

func TestWriteFileFails(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "result")
	if err := WriteFile(path, writes("old")); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	err := WriteFile(path, func(w io.Writer) error {
		io.WriteString(w, "half")
		return broken
	})
	if !errors.Is(err, broken) || contents(t, path) != "old" {
		t.Errorf("error %v, file holds %q", err, contents(t, path))
	}
	if err := WriteFile(filepath.Join(folder, "none", "result"), writes("x")); err == nil {
		t.Error("wrote into a folder that is not there")
	}
	if entries, _ := os.ReadDir(folder); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}

func TestWriteFileToDevice(t *testing.T) {
	if err := WriteFile(os.DevNull, writes("x")); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(os.DevNull); err != nil || info.Mode().IsRegular() {
		t.Fatal("the device is gone")
	}
}
