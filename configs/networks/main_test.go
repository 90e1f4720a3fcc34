package main

import (
	"bytes"
	"os"
	"testing"
)

// The files are what their publications give.
func TestFilesAreDerived(t *testing.T) {
	for _, n := range networks() {
		if file, err := os.ReadFile(n.name + ".toml"); err != nil || !bytes.Equal(file, n.toml()) {
			t.Errorf("%s.toml is out of date (%v): go generate ./configs", n.name, err)
		}
	}
}
