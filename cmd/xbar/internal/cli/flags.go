package cli

import (
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"xbar/configs"
)

// options is what flags can say.
type options struct {
	format   string
	output   string
	sets     []string
	trace    string
	figure   string
	timeline string
	roofs    string
	layers   string
	workers  int
	quiet    bool
	toml     bool
	dims     map[string]int64 // of an ONNX model
	product  product
	study    studyFlags
	results  string // folder of a study's points
}

// flag is one flag; without a placeholder it takes no value.
type flag struct {
	name        string
	placeholder string
	about       string
	set         func(value string) error
}

// String is the flag as it is typed.
func (f *flag) String() string {
	if len(f.name) == 1 {
		return "-" + f.name
	}
	return "--" + f.name
}

var errHelp = errors.New("help wanted")

// parse sets flags, which may stand before, between and after the operands
// until "--", and returns the operands.
func parse(flags []flag, args []string) (operands []string, err error) {
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		if arg == "--" {
			return append(operands, args...), nil
		}
		if arg == "-" || !strings.HasPrefix(arg, "-") {
			operands = append(operands, arg)
			continue
		}
		if args, err = parseFlag(flags, arg, args); err != nil {
			return nil, err
		}
	}
	return operands, nil
}

// parseFlag sets one flag and returns the arguments behind it.
func parseFlag(flags []flag, arg string, args []string) ([]string, error) {
	name, value, attached := strings.Cut(strings.TrimLeft(arg, "-"), "=")
	if len(name) > 1 && name[0] == 'j' && strings.Trim(name[1:], "0123456789") == "" {
		name, value, attached = "j", name[1:], true // -j4, as everywhere
	}
	if name == "h" || name == "help" {
		return nil, errHelp
	}
	f := lookup(flags, name)
	switch {
	case f == nil:
		return nil, unknownFlag(flags, arg, name)
	case f.placeholder == "" && attached:
		return nil, fmt.Errorf("%s takes no value", f)
	case f.placeholder == "":
		return args, f.set("")
	case !attached && len(args) == 0:
		return nil, fmt.Errorf("%s needs a value: %s %s", f, f, f.placeholder)
	case !attached:
		value, args = args[0], args[1:]
	}
	if err := f.set(value); err != nil {
		return nil, fmt.Errorf("%s %s: %w", f, value, err)
	}
	return args, nil
}

func unknownFlag(flags []flag, arg, name string) error {
	arg, _, _ = strings.Cut(arg, "=")
	names := make([]string, len(flags))
	for i := range flags {
		names[i] = flags[i].name
	}
	suggestion := ""
	if f := lookup(flags, configs.Nearest(name, names)); f != nil && len(name) > 1 {
		suggestion = fmt.Sprintf(", did you mean %s?", f)
	}
	return fmt.Errorf("unknown flag %s%s", arg, suggestion)
}

func lookup(flags []flag, name string) *flag {
	for i := range flags {
		if flags[i].name == name {
			return &flags[i]
		}
	}
	return nil
}

// formatFlag offers the formats, the first of which is text.
func (o *options) formatFlag(formats ...string) flag {
	o.format = formats[0]
	last := len(formats) - 1
	about := strings.Join(append([]string{formats[0] + " (unless given)"}, formats[1:last]...), ", ") + " or " + formats[last]
	return flag{"format", "FORMAT", about, func(value string) error {
		if !slices.Contains(formats, value) {
			return fmt.Errorf("not one of %s%s", strings.Join(formats, ", "), didYouMean(configs.Nearest(value, formats)))
		}
		o.format = value
		return nil
	}}
}

var everyFormat = []string{"text", "json", "csv", "markdown"}

func (o *options) outputFlag() flag {
	return flag{"o", "FILE", "write the result to FILE, whole or not at all", func(value string) error {
		if value == "" {
			return errors.New("needs a file name")
		}
		o.output = value
		return nil
	}}
}

func (o *options) setFlag() flag {
	return flag{"set", "KEY=VALUE", "override any key of the config; may be repeated", func(value string) error {
		if key, _, ok := strings.Cut(value, "="); !ok || strings.TrimSpace(key) == "" {
			return errors.New("write KEY=VALUE, as in workload.batch=8")
		}
		o.sets = append(o.sets, value)
		return nil
	}}
}

func (o *options) seedFlag() flag {
	return flag{"seed", "N", "override the config's seed", func(value string) error {
		if n, err := strconv.ParseInt(value, 10, 64); err != nil || n < 0 {
			return errors.New("not a whole number from 0 on")
		}
		o.sets = append(o.sets, "seed="+value)
		return nil
	}}
}

func (o *options) traceFlag() flag {
	return flag{"trace", "FILE.json", "record what components do when, and what they wait for; opens in Perfetto", func(value string) error {
		if filepath.Ext(value) != ".json" {
			return errors.New("must end in .json")
		}
		o.trace = value
		return nil
	}}
}

func (o *options) figureFlag(about string) flag {
	return pictureFlag("figure", about, &o.figure)
}

func pictureFlag(name, about string, path *string) flag {
	return flag{name, "FILE", about + ", as FILE.svg or FILE.png", func(value string) error {
		if e := strings.ToLower(filepath.Ext(value)); e != ".svg" && e != ".png" {
			return errors.New("must end in .svg or .png")
		}
		*path = value
		return nil
	}}
}

func (o *options) workersFlag() flag {
	return flag{"j", "N", "use at most N processors; the result is the same", func(value string) error {
		n, err := strconv.Atoi(value)
		if err != nil || n < 1 {
			return errors.New("not a whole number from 1 on")
		}
		o.workers = n
		return nil
	}}
}

// processors is how many may be used.
func (o *options) processors() int {
	if o.workers > 0 {
		return o.workers
	}
	return runtime.GOMAXPROCS(0)
}

func (o *options) quietFlag() flag {
	return flag{"quiet", "", "no progress and no messages, only results and errors", func(string) error {
		o.quiet = true
		return nil
	}}
}

func (o *options) tomlFlag() flag {
	return flag{"toml", "", "write the layers as a workload of kernels, to paste into a config", func(string) error {
		o.toml = true
		return nil
	}}
}

func (o *options) dimFlag() flag {
	return flag{"dim", "NAME=SIZE", "give a dimension of an ONNX model that goes by a name a size; repeatable", func(value string) error {
		at := strings.LastIndexByte(value, '=') // a name may be an expression
		size, err := strconv.ParseInt(value[at+1:], 10, 64)
		switch {
		case at < 1:
			return errors.New("write it as name=size: sequence=128")
		case err != nil || size < 1 || size > 1_000_000_000:
			return fmt.Errorf("%q is no size: a whole number from 1 to 1000000000", value[at+1:])
		}
		if o.dims == nil {
			o.dims = map[string]int64{}
		}
		o.dims[value[:at]] = size
		return nil
	}}
}

// product is what mvm multiplies.
type product struct {
	weights, inputs, output string // .npy
	machine                 string
	weightBits, inputBits   int
	weightMax, inputMax     float64
}

// productFlags are those of mvm alone.
func (o *options) productFlags() []flag {
	o.product.weightBits, o.product.inputBits = 8, 8
	return []flag{
		arrayFlag("weights", "W.npy", "the matrix of weights, N×M", &o.product.weights),
		arrayFlag("inputs", "X.npy", "the inputs, L×N, or one of N", &o.product.inputs),
		arrayFlag("output", "Y.npy", "write the product there, L×M or M", &o.product.output),
		{"machine", "NAME", "of the config; the first that has arrays unless given", func(value string) error {
			o.product.machine = value
			return nil
		}},
		bitsFlag("weight-bits", "that weights are rounded to; 8 unless given", &o.product.weightBits),
		bitsFlag("input-bits", "that inputs are rounded to; 8 unless given", &o.product.inputBits),
		largestFlag("weight-max", "size of the largest weight that is held, larger ones are clipped; the largest there is unless given", &o.product.weightMax),
		largestFlag("input-max", "size of the largest input that is driven, larger ones are clipped; the largest there is unless given", &o.product.inputMax),
	}
}

func arrayFlag(name, placeholder, about string, path *string) flag {
	return flag{name, placeholder, about, func(value string) error {
		if filepath.Ext(value) != ".npy" {
			return errors.New("must end in .npy")
		}
		*path = value
		return nil
	}}
}

// mostProductBits is what the sums of a million products leave exact.
const mostProductBits = 16

func bitsFlag(name, about string, bits *int) flag {
	return flag{name, "B", about, func(value string) error {
		n, err := strconv.Atoi(value)
		if err != nil || n < 1 || n > mostProductBits {
			return fmt.Errorf("not a whole number from 1 to %d", mostProductBits)
		}
		*bits = n
		return nil
	}}
}

func largestFlag(name, about string, largest *float64) flag {
	return flag{name, "MAX", about, func(value string) error {
		x, err := strconv.ParseFloat(value, 64)
		if err != nil || !(x > 0) || math.IsInf(x, 1) {
			return errors.New("not a number above 0")
		}
		*largest = x
		return nil
	}}
}

func didYouMean(word string) string {
	if word == "" {
		return ""
	}
	return fmt.Sprintf(", did you mean %q?", word)
}
