package cli

import (
	"fmt"
	"strings"
)

func (s *session) help(topics []string) error {
	text := overview()
	if len(topics) > 1 {
		return &usageError{text: fmt.Sprintf("help: unexpected %q", topics[1])}
	}
	if len(topics) == 1 && topics[0] != "help" {
		c := find(topics[0])
		if c == nil {
			return unknownCommand(topics[0])
		}
		text = c.help()
	}
	_, err := fmt.Fprint(s.stdout, text)
	return err
}

// Doc is all of the help, as the doc comment of the command has it.
func Doc() string {
	doc := overview()
	for i := range commands {
		doc += fmt.Sprintf("\n# xbar %s\n\n%s", commands[i].name, commands[i].help())
	}
	return doc
}

func overview() string {
	var b strings.Builder
	b.WriteString(`Xbar simulates neural networks on analog crossbars, cycle by cycle, beside the
digital machines they compete with, and says where the energy goes.

Usage:

	xbar COMMAND [flags] [operands]

Commands:

`)
	for _, c := range commands {
		fmt.Fprintf(&b, "\t%-8s  %s\n", c.name, c.summary)
	}
	fmt.Fprintf(&b, "\t%-8s  %s\n", "help", "explain xbar, or one command: xbar help COMMAND")
	b.WriteString(`
Results go to standard output, progress and messages to standard error. The exit
code is 0 when all is done, 1 when a run failed or was interrupted, and 2 when
the command line or a config is wrong.
`)
	return b.String()
}

func (c *command) help() string {
	var b strings.Builder
	flags := c.flagsOf(new(options))
	usage := "xbar " + c.name
	if c.operands != "" {
		usage += " " + c.operands
	}
	if len(flags) > 0 {
		usage += " [flags]"
	}
	fmt.Fprintf(&b, "Usage:\n\n\t%s\n\n%s\n", usage, c.about)
	if len(flags) > 0 {
		b.WriteString("\nFlags, before or after the operands:\n\n")
		for _, f := range flags {
			fmt.Fprintf(&b, "\t%-17s  %s\n", strings.TrimSpace(f.String()+" "+f.placeholder), f.about)
		}
	}
	b.WriteString("\nExamples:\n\n")
	for _, example := range c.examples {
		fmt.Fprintf(&b, "\t%s\n", example)
	}
	return b.String()
}
