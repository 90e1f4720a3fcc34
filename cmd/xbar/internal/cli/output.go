package cli

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"xbar/sim/report"
)

// emit writes to the file that was asked for, or to standard output.
func (s *session) emit(o *options, write func(io.Writer) error) error {
	if o.output == "" {
		return write(s.stdout)
	}
	if err := report.WriteFile(o.output, write); err != nil {
		return err
	}
	s.message("result in %s", o.output)
	return nil
}

// checkTargets finds out before a long run that its files cannot be written.
func (o *options) checkTargets() error {
	if o.output == "-" {
		o.output = ""
	}
	return checkTargets(o.output, o.trace, o.figure, o.timeline, o.roofs, o.layers)
}

func checkTargets(paths ...string) error {
	for _, path := range paths {
		if path == "" {
			continue
		}
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			return fmt.Errorf("%s is a directory", path)
		}
		folder := filepath.Dir(path)
		if info, err := os.Stat(folder); err != nil || !info.IsDir() {
			return fmt.Errorf("cannot write %s: there is no directory %s", path, folder)
		}
	}
	return nil
}
