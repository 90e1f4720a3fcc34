// Command 09-the-argument measures when an analog crossbar beats digital
// machines, question by question: size of the problem, size of the processor,
// arithmetic intensity, bits, and whether weights are in place. It prints the
// tables and, with -figures, draws them.
//
//	go run ./examples/09-the-argument -figures examples/09-the-argument
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"runtime"
	"text/tabwriter"

	"golang.org/x/sync/errgroup"

	"xbar/configs"
	"xbar/sim/report/figure"
	"xbar/sim/system"
	"xbar/sim/unit"
)

func main() {
	log.SetFlags(0)
	study := flag.String("machines", "examples/09-the-argument/machines.toml", "the study that the questions vary")
	figures := flag.String("figures", "", "folder to draw the figures in")
	flag.Parse()
	if err := run(context.Background(), os.Stdout, *study, *figures); err != nil {
		log.Fatal(err)
	}
}

// question is one figure: panels side by side.
type question struct {
	name, title string
	panels      []panel
}

// panel is energy per MAC of some machines over one quantity.
type panel struct {
	title, x string
	linear   bool
	xs       []int
	lines    []line
}

// line is a machine as x changes: what is set in the study, for each x. It ends
// where set returns nil.
type line struct {
	name    string
	machine string
	colour  int
	dashed  bool
	set     func(x int) []string
}

func run(ctx context.Context, w io.Writer, study, figures string) error {
	text, err := os.ReadFile(study)
	if err != nil {
		return err
	}
	for _, q := range questions() {
		fmt.Fprintf(w, "%s\n", q.title)
		panels := make([]figure.CurvePanel, len(q.panels))
		for i := range q.panels {
			if panels[i], err = q.panels[i].measure(ctx, study, text); err != nil {
				return fmt.Errorf("%s: %w", q.name, err)
			}
			table(w, &panels[i])
		}
		if figures == "" {
			continue
		}
		if err := figure.Curves(panels, "energy (pJ/MAC)", filepath.Join(figures, q.name+".svg")); err != nil {
			return err
		}
	}
	return nil
}

// measure simulates every point of every line.
func (p *panel) measure(ctx context.Context, study string, text []byte) (figure.CurvePanel, error) {
	out := figure.CurvePanel{Title: p.title, X: p.x, Linear: p.linear, Curves: make([]figure.Curve, len(p.lines))}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, l := range p.lines {
		c := &out.Curves[i]
		*c = figure.Curve{Name: l.name, Colour: l.colour, Dashed: l.dashed}
		for _, x := range p.xs {
			if l.set(x) == nil {
				break
			}
			c.X, c.Y = append(c.X, float64(x)), append(c.Y, 0)
		}
		for j, x := range p.xs[:len(c.X)] {
			group.Go(func() error {
				m, err := simulate(ctx, study, text, l.machine, l.set(x))
				if err != nil {
					return fmt.Errorf("%s at %s = %d: %w", l.name, p.x, x, err)
				}
				c.Y[j] = m.EnergyPerMACJ / 1e-12
				return nil
			})
		}
	}
	return out, group.Wait()
}

// simulate runs one machine of the study. A chip of no tiles is as large as the
// model needs.
func simulate(ctx context.Context, study string, text []byte, name string, sets []string) (*system.Machine, error) {
	cfg, err := configs.Parse(study, text, sets, nil)
	if err != nil {
		return nil, err
	}
	for i := range cfg.Machines {
		if cfg.Machines[i].Name != name {
			continue
		}
		cfg.Machines = cfg.Machines[i : i+1]
		result, err := system.Run(ctx, cfg, system.Options{Workers: 1})
		if err != nil {
			return nil, err
		}
		return &result.Machines[0], nil
	}
	return nil, fmt.Errorf("%s has no machine %q", study, name)
}

// table prints a panel, a row for each x.
func table(w io.Writer, p *figure.CurvePanel) {
	fmt.Fprintf(w, "\n  %s, pJ/MAC\n", p.Title)
	columns := tabwriter.NewWriter(w, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprintf(columns, "%s\t", p.X)
	longest := 0
	for i := range p.Curves {
		fmt.Fprintf(columns, "%s\t", p.Curves[i].Name)
		if len(p.Curves[i].X) > len(p.Curves[longest].X) {
			longest = i
		}
	}
	fmt.Fprintln(columns)
	for j, x := range p.Curves[longest].X {
		fmt.Fprintf(columns, "%g\t", x)
		for i := range p.Curves {
			if j < len(p.Curves[i].Y) {
				fmt.Fprintf(columns, "%s\t", unit.Digits(p.Curves[i].Y[j]))
			} else {
				fmt.Fprint(columns, "–\t")
			}
		}
		fmt.Fprintln(columns)
	}
	columns.Flush()
	fmt.Fprintln(w)
}
