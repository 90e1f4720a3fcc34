package device_test

import (
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"

	"xbar/crossbar/device"
	"xbar/sim/model/modeltest"
	"xbar/sim/unit"
)

// readPart reads a cell of the library into a config, by the tags alone, with
// the models that its keys mean. It gives the keys that are written.
func readPart(t *testing.T, path string) (device.Config, func(string) bool) {
	t.Helper()
	var file map[string]any
	if _, err := toml.DecodeFile(path, &file); err != nil {
		t.Fatal(err)
	}
	var c device.Config
	fields := reflect.ValueOf(&c).Elem()
	if title, ok := file["title"].(string); !ok || title == "" {
		t.Error("there is no title")
	}
	whole, _ := file["source"].(string)
	known := map[string]bool{"title": true, "source": true}
	for i := range fields.NumField() {
		tag := fields.Type().Field(i).Tag
		key := tag.Get("toml")
		known[key] = true
		value, source := file[key], whole
		if table, ok := value.(map[string]any); ok {
			value = table["value"]
			source, _ = table["source"].(string)
		}
		switch {
		case value == nil && tag.Get("optional") == "" && tag.Get("default") == "":
			t.Errorf("%s is missing", key)
		case value != nil:
			if source == "" {
				t.Errorf("%s has no source", key)
			}
			if err := set(fields.Field(i), value); err != nil {
				t.Errorf("%s: %v", key, err)
			}
		}
	}
	for key := range file {
		if !known[key] {
			t.Errorf("a cell has no key %s", key)
		}
	}
	written := func(key string) bool { return file[key] != nil }
	for i, name := range []*string{&c.Model, &c.WriteModel, &c.AreaModel} {
		group := &device.Groups[i]
		choice := group.Infer(written)
		if choice == nil {
			t.Fatalf("no choice of %s has all the keys", group.Key)
		}
		for _, key := range choice.Needs {
			if !written(key) {
				t.Errorf("%s = %q needs %s", group.Key, choice.Name, key)
			}
		}
		*name = choice.Name
	}
	return c, written
}

// set puts a TOML value into a field: a quantity is text with its unit.
func set(field reflect.Value, value any) error {
	quantity, isQuantity := field.Interface().(interface{ Symbol() string })
	text, isText := value.(string)
	switch {
	case isQuantity && isText:
		x, err := unit.Parse(text, quantity.Symbol())
		field.SetFloat(x)
		return err
	case !isQuantity && reflect.TypeOf(value).ConvertibleTo(field.Type()) && isText == (field.Kind() == reflect.String):
		field.Set(reflect.ValueOf(value).Convert(field.Type()))
		return nil
	default:
		return fmt.Errorf("%v is no %s", value, field.Type())
	}
}

// Every cell of the library is a whole section that can be charged.
func TestParts(t *testing.T) {
	paths, err := filepath.Glob("../../configs/parts/cell/*.toml")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no cells: %v", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".toml"), func(t *testing.T) {
			c, written := readPart(t, path)
			base, slope := c.Read()
			modeltest.Check(t, base)
			modeltest.Check(t, slope)
			modeltest.Check(t, c.Write())
			modeltest.Check(t, c.AreaEach(written))
			for _, f := range []string{base.Outside, slope.Outside, c.Write().Outside, c.AreaEach(written).Outside} {
				if f != "" {
					t.Error(f)
				}
			}
			if base.Value+slope.Value <= 0 {
				t.Error("a read costs nothing")
			}
		})
	}
}

// What the library's cells cost, from the numbers of their publications.
func TestPartEnergies(t *testing.T) {
	for _, test := range []struct {
		part                string
		read, write, square float64 // J at full scale, J a pulse, m²
	}{
		{"reram-nvsim", 0.16e-6 * 10e-9, 0.6e-12, 53 * 45e-9 * 45e-9},
		{"reram-isaac", 0.04 / 1333 * 1e-9, 64.015e-12, 16 * 32e-9 * 32e-9},
		{"reram-isaac-published", 0.3e-3 * 100e-9 / (128 * 128), 64.015e-12, 0.001526e-12},
		{"reram-neurosim-v13", 0.25 / 6e3 * 10e-9, 4 * (1./6e3 + 1./900e3) / 2 * 10e-9, 48 * 32e-9 * 32e-9},
		{"reram-neurosim-v14", 0.51 * 0.51 / 1e5 * 10e-9, 4 * (1e-5 + 1/1.7e6) / 2 * 10e-9, 48 * 32e-9 * 32e-9},
		{"reram-wan2022", 0.25 * 40e-6 * 10e-9, 1.75 * 1.75 * 20.5e-6 * 1e-6, 2.125e-12},
		{"reram-mnsim", 0.15 * 0.15 / 1e4 * 3.16e-9, 9 * 50.5e-6 * 10e-9, 1.44e-12},
		{"pcm-nvsim90", 2e-12, 3e-4 * 3e-4 * 1e3 * 40e-9, 9 * 90e-9 * 90e-9},
		{"fefet-nvmexplorer", 1.4e-9 * 10e-9, 2.9e-15, 15 * 45e-9 * 45e-9},
		{"fefet-neurosim", 0.25 / 240e3 * 10e-9, 2.1717e-18 * 16, 24 * 32e-9 * 32e-9},
		{"sonos-40nm", 0.1 * 1600e-9 * 10e-9, 0, 0},
		{"stt-mram-nvsim", 0.0625 / 3e3 * 10e-9, 1e-12, 54 * 45e-9 * 45e-9},
		{"sram-6t", 1.12e-15, 1.6e-15, 0.25e-12},
		{"sram-charge-jia2020", 1.445e-15, 0.798443e-12, 1.79985e-12},
		{"sram-c2c-wang", (8./6 + 1./9) * 2e-15, 12.8e-15, 3200 * 22e-9 * 22e-9},
		// 0.85 A/W, 5 pA/√Hz and 1 GHz: 58.3 fJ of light a symbol, which shot noise does not reach.
		{"photonic-albireo", 58.3e-15 * 3.1623 / 0.12 / 64, 5.2e-12, 820e-12},
		{"photonic-albireo-moderate", 58.3e-15 * 3.1623 / 0.12 / 64, 2.6e-12, 820e-12},
		{"photonic-albireo-aggressive", 58.3e-15 * 3.1623 / 0.12 / 64, 0.325e-12, 820e-12},
		// The same light through 32 interferometers of 0.5 dB, 20.5 dB in all: 112 times what arrives.
		{"photonic-mzi", 58.3e-15 * 112.2 / 0.12 / 32, 10e-12, 15066e-12},
	} {
		t.Run(test.part, func(t *testing.T) {
			c, written := readPart(t, "../../configs/parts/cell/"+test.part+".toml")
			base, slope := c.Read()
			near(t, "a read", base.Value+slope.Value, test.read, 1e-3)
			near(t, "a write", c.Write().Value, test.write, 1e-3)
			near(t, "the area", c.AreaEach(written).Value, test.square, 1e-3)
		})
	}
}
