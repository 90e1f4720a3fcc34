package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"gonum.org/v1/gonum/mat"

	"xbar/configs"
	"xbar/sim/report"
	"xbar/sim/system"
	"xbar/sim/workload/npy"
)

func (s *session) mvm(ctx context.Context, o *options, paths []string) error {
	if err := o.checkProduct(); err != nil {
		return &usageError{"mvm", err.Error()}
	}
	study, err := configs.Load(paths[0], o.sets)
	if err != nil {
		return configError{errors.New(explain(err))}
	}
	operands := system.Operands{
		InputBits: o.product.inputBits, WeightBits: o.product.weightBits, InputMax: o.product.inputMax, WeightMax: o.product.weightMax,
	}
	var vector bool
	if operands.W, _, err = readMatrix(o.product.weights); err != nil {
		return configError{fmt.Errorf("xbar: %w", err)}
	}
	if operands.X, vector, err = readMatrix(o.product.inputs); err != nil {
		return configError{fmt.Errorf("xbar: %w", err)}
	}
	opt, erase := s.systemOptions(o)
	p, err := system.Multiply(ctx, study, o.product.machine, operands, opt)
	erase()
	if err != nil {
		if ctx.Err() != nil {
			return errInterrupted
		}
		return fmt.Errorf("%s: %w", paths[0], err)
	}
	if to := o.product.output; to != "" {
		if err := report.WriteFile(to, func(w io.Writer) error { return writeMatrix(w, p.Y, vector) }); err != nil {
			return err
		}
		s.message("Y in %s", to)
	}
	r := report.NewProduct(paths[0], &operands, p, o.product.output != "")
	return s.emit(o, func(w io.Writer) error {
		switch o.format {
		case "json":
			return report.ProductJSON(w, r)
		case "markdown":
			return report.ProductMarkdown(w, r)
		}
		return report.ProductText(w, r)
	})
}

func (o *options) checkProduct() error {
	for _, operand := range []struct{ flag, path string }{{"--weights W.npy", o.product.weights}, {"--inputs X.npy", o.product.inputs}} {
		if operand.path == "" {
			return fmt.Errorf("needs %s", operand.flag)
		}
	}
	if to := o.product.output; to != "" {
		if info, err := os.Stat(filepath.Dir(to)); err != nil || !info.IsDir() {
			return fmt.Errorf("cannot write %s: there is no directory %s", to, filepath.Dir(to))
		}
	}
	return o.checkTargets()
}

// readMatrix reads a file of two dimensions; one of one dimension is a line.
func readMatrix(path string) (m *mat.Dense, vector bool, err error) {
	a, err := npy.ReadFile(path)
	if err != nil {
		return nil, false, err
	}
	if len(a.Shape) == 1 {
		vector = true
		a.Shape = []int{1, a.Shape[0]}
	}
	if len(a.Shape) != 2 || len(a.Data) == 0 {
		return nil, false, fmt.Errorf("%s: an array of shape %v is no matrix", path, a.Shape)
	}
	return mat.NewDense(a.Shape[0], a.Shape[1], a.Data), vector, nil
}

func writeMatrix(w io.Writer, m *mat.Dense, vector bool) error {
	lines, columns := m.Dims()
	a := npy.Array{Shape: []int{lines, columns}}
	if vector {
		a.Shape = []int{columns}
	}
	for i := range lines {
		a.Data = append(a.Data, m.RawRowView(i)...)
	}
	return a.Write(w)
}
