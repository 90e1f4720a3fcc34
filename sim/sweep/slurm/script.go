package slurm

import (
	"fmt"
	"strings"
)

// Script is a batch script that sbatch takes, by hand as well.
type Script struct {
	About   string // a comment, one line
	Name    string
	Tasks   int64
	Options []string // of sbatch: --time=1:00:00
	Folder  string   // absolute
	Command string   // as a shell has it
}

func (s *Script) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "#!/bin/sh\n# %s\n", s.About)
	options := append([]string{"--job-name=" + s.Name, fmt.Sprintf("--array=1-%d", s.Tasks), "--output=" + Log("%a")}, s.Options...)
	for _, o := range options {
		fmt.Fprintf(&b, "#SBATCH %s\n", o)
	}
	fmt.Fprintf(&b, "cd %s || exit\nexec %s\n", Quote(s.Folder), s.Command)
	return b.String()
}

// Quote is a word that a shell takes as it is.
func Quote(word string) string { return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'" }
