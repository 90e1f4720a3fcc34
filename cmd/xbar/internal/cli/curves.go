package cli

import (
	"errors"
	"fmt"
	"strings"

	"xbar/sim/sweep"
)

func (f *studyFlags) curvesFlag() flag {
	return flag{"curves", "OUTPUT[,X[,EACH]]", "show an output over axis X of a grid, for each value of axis EACH; the first two unless given", func(value string) error {
		f.curves = strings.Split(value, ",")
		if len(f.curves) > 3 || f.curves[0] == "" {
			return errors.New("write OUTPUT, OUTPUT,X or OUTPUT,X,EACH")
		}
		return nil
	}}
}

// askCurves is nil where there are none to show.
func (f *studyFlags) askCurves(study *sweep.Study, bounds []sweep.Constraint) (*sweep.Curves, error) {
	if f.curves == nil {
		return nil, nil
	}
	of, err := study.Header.Quantity(f.curves[0])
	if err != nil {
		return nil, fmt.Errorf("--curves: %w", err)
	}
	c, err := study.NewCurves(of, f.curves[1:], bounds)
	if err != nil {
		return nil, fmt.Errorf("--curves: %w", err)
	}
	return c, nil
}
