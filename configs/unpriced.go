package configs

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"reflect"
	"slices"
)

// prices are the units of what decides how much things cost, and not what happens: of
// energies, powers and areas.
var prices = []string{"J", "J/bit", "W", "m2"}

// Unpriced is a hash of what decides what happens on a machine: of all of the config that
// concerns it but for energies, powers and areas, and over how many inferences
// programming is spread. Where files are named it holds their names, and nothing of
// what is in them.
func (c *Config) Unpriced(machine int) string {
	h := sha256.New()
	fmt.Fprintln(h, c.Seed, c.Granularity)
	writeUnpriced(h, schema.field("workload").sub, reflect.ValueOf(&c.Workload).Elem())
	writeUnpriced(h, machineSchema, reflect.ValueOf(&c.Machines[machine]).Elem())
	return hex.EncodeToString(h.Sum(nil))
}

func writeUnpriced(w io.Writer, s *section, v reflect.Value) {
	for _, f := range s.fields {
		x := v.Field(f.index)
		switch {
		case f.kind == tables:
			writeUnpriced(w, f.sub, x)
		case f.kind == lists:
			for i := range x.Len() {
				writeUnpriced(w, f.sub, x.Index(i))
			}
		case f.kind != quantity || !slices.Contains(prices, f.symbol):
			fmt.Fprintf(w, "%s=%v\n", f.key, x.Interface())
		}
	}
}

// PriceKeys are the keys of a machine's tables that have a value which is an energy, a power
// or an area, counted from the machine ("dram.leakage"), with its SI unit.
func (m *Machine) PriceKeys() map[string]string {
	keys := map[string]string{}
	for _, table := range machineSchema.fields {
		if table.kind != tables {
			continue
		}
		for _, f := range table.sub.fields {
			if _, set := m.Provenance[table.key+"."+f.key]; set && f.kind == quantity && slices.Contains(prices, f.symbol) {
				keys[table.key+"."+f.key] = f.symbol
			}
		}
	}
	return keys
}
