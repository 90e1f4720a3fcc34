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
	"slices"
	"strings"
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

const pico = 1e-12

// question is one figure: panels side by side.
type question struct {
	name, title string
	panels      []panel
}

// panel is energy per MAC of some machines over one quantity.
type panel struct {
	title, x string
	xs       []int
	best     bool // what is best for an x is open to all larger ones
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
	if err := ask(ctx, w, study, text, figures); err != nil {
		return err
	}
	if err := precision(ctx, w, figures); err != nil {
		return err
	}
	return where(ctx, w, study, text, figures)
}

// ask answers the questions that are curves of the study's machines.
func ask(ctx context.Context, w io.Writer, study string, text []byte, figures string) (err error) {
	for _, q := range questions() {
		fmt.Fprintf(w, "%s\n", q.title)
		panels := make([]figure.CurvePanel, len(q.panels))
		for i := range q.panels {
			if panels[i], err = q.panels[i].measure(ctx, study, text); err != nil {
				return fmt.Errorf("%s: %w", q.name, err)
			}
			table(w, &panels[i])
		}
		if err := draw(figures, q.name, panels); err != nil {
			return err
		}
	}
	return nil
}

func draw(folder, name string, panels []figure.CurvePanel) error {
	if folder == "" {
		return nil
	}
	return figure.Curves(panels, "energy (pJ/MAC)", filepath.Join(folder, name+".svg"))
}

// precision draws the law of bits: it has a machine of its own for each number
// of them.
func precision(ctx context.Context, w io.Writer, figures string) error {
	result, err := system.Laws(ctx, nil, system.Options{Workers: runtime.GOMAXPROCS(0)})
	if err != nil {
		return err
	}
	i := slices.IndexFunc(result.Laws, func(l system.Law) bool { return l.ID == "precision-crossover" })
	law := &result.Laws[i]
	curves := []figure.Curve{{Name: law.Series, Colour: words}}
	for j, o := range law.Points[0].Others {
		curves = append(curves, figure.Curve{Name: o.Name, Colour: []int{digital, analog, vector}[j]})
	}
	for _, p := range law.Points {
		add := func(c *figure.Curve, joules float64) { c.X, c.Y = append(c.X, p.X), append(c.Y, joules/pico) }
		add(&curves[0], p.MeasuredJPerMAC)
		for j := range p.Others {
			add(&curves[j+1], p.Others[j].MeasuredJPerMAC)
		}
	}
	panels := []figure.CurvePanel{{Title: "arrays of 256×256 alone, weights in place", X: "bits of inputs, weights and outputs", Linear: true, Curves: curves}}
	fmt.Fprintf(w, "How many bits?\n")
	table(w, &panels[0])
	fmt.Fprintf(w, "  One conversion comes to cost more than adder trees at %.1f bits.\n\n", law.CrossesAt)
	return draw(figures, "bits", panels)
}

// where says what each machine spends on, weights in place and not.
func where(ctx context.Context, w io.Writer, study string, text []byte, figures string) error {
	lines, points := places()
	result := &system.Result{Title: "Where is a weight when it is multiplied?", Machines: make([]system.Machine, len(lines))}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, l := range lines {
		group.Go(func() error {
			m, err := simulate(ctx, study, text, l.machine, l.set(points[i].l))
			if err != nil {
				return fmt.Errorf("%s: %w", l.name, err)
			}
			m.Name = l.name
			result.Machines[i] = *m
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	fmt.Fprintf(w, "%s\n\n", result.Title)
	columns := tabwriter.NewWriter(w, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprintln(columns, "pJ/MAC\tconverters and cells\tcompute\tbuffers and network\tDRAM\tprogramming\tstatic\ttotal\t")
	for i := range result.Machines {
		m := &result.Machines[i]
		c := &m.Categories
		fmt.Fprintf(columns, "%s\t", m.Name)
		for _, joules := range []float64{c.Input + c.Cells + c.Output, c.Accumulate + c.Compute, c.Buffer + c.Network, c.DRAM, c.Programming, c.Static, m.EnergyJ} {
			fmt.Fprintf(columns, "%s\t", unit.Digits(joules/float64(m.MACs)/pico))
		}
		fmt.Fprintln(columns)
	}
	columns.Flush()
	if figures == "" {
		return nil
	}
	// Beside a scalar machine, or weights that one vector pays for, others are no bar.
	result.Machines = slices.DeleteFunc(result.Machines, func(m system.Machine) bool {
		return m.Kind == "scalar" || strings.HasSuffix(m.Name, ", L = 1")
	})
	return figure.Energy(result, "machines.toml", filepath.Join(figures, "where.svg"))
}

// measure simulates every point of every line.
func (p *panel) measure(ctx context.Context, study string, text []byte) (figure.CurvePanel, error) {
	out := figure.CurvePanel{Title: p.title, X: p.x, Curves: make([]figure.Curve, len(p.lines))}
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
				c.Y[j] = m.Kernels[middle].EnergyPerMACJ / pico
				return nil
			})
		}
	}
	err := group.Wait()
	if p.best {
		for _, c := range out.Curves {
			for j := 1; j < len(c.Y); j++ {
				c.Y[j] = min(c.Y[j], c.Y[j-1])
			}
		}
	}
	return out, err
}

// simulate runs one machine of the study.
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
