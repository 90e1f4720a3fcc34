package model

// Over is the time of bits over a bandwidth, which the servers of a medium may share
// evenly. A bandwidth of zero is one without a limit, and takes none.
func Over(name string, bits, bandwidth Input, servers ...Input) Figure {
	if bandwidth.Value == 0 {
		return Figure{Name: name, Equation: "0", Unit: "s", Source: bandwidth.Key + " has no limit"}
	}
	f := Figure{
		Name: name, Equation: "t = {" + bits.Symbol + "}/{" + bandwidth.Symbol + "}", Value: bits.Value / bandwidth.Value, Unit: "s",
		Inputs: []Input{bits, bandwidth},
	}
	for _, n := range servers {
		f.Equation = "t = {" + bits.Symbol + "}/({" + n.Symbol + "}·{" + bandwidth.Symbol + "})"
		f.Value /= n.Value
		f.Inputs = append(f.Inputs, n)
	}
	return f
}

// Bandwidth is that of a section of the config as an input.
func Bandwidth(section string, value float64) Input {
	return Input{Symbol: "B", Value: value, Unit: "bit/s", Key: section + ".bandwidth"}
}

// Bits are so many, which come about as the source says.
func Bits(n float64, source string) Input {
	return Input{Symbol: "b", Value: n, Unit: "bit", Source: source}
}
