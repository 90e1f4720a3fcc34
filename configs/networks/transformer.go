package main

import "fmt"

// blocks adds twelve layers of a transformer of width 768 with 12 heads, over so
// many new tokens that attend to so many. A single one may be a step of a session.
func (n *network) blocks(tokens, attended int64) {
	const width, heads, hidden = 768, 12, 3072
	const head = width / heads
	for i := range 12 {
		add := func(name string, l, in, out int64) {
			n.add(kernel{name: fmt.Sprintf("%d.%s", i+1, name), l: l, n: in, m: out, groups: 1})
		}
		attend := func(name, cache string, in, out int64) {
			if tokens > 1 {
				cache = ""
			}
			n.add(kernel{name: fmt.Sprintf("%d.%s", i+1, name), l: tokens, n: in, m: out, groups: heads, dynamic: true, cache: cache})
		}
		add("qkv", tokens, width, 3*width)
		attend("qk", "columns", head, attended)
		scores := heads * tokens * attended
		n.beside(5*scores, scores, scores)
		attend("av", "rows", attended, head)
		add("projection", tokens, width, width)
		n.residual(tokens * width)
		n.normalise(tokens * width)
		add("up", tokens, width, hidden)
		n.beside(tokens*hidden, 0, 0)
		add("down", tokens, hidden, width)
		n.residual(tokens * width)
		n.normalise(tokens * width)
	}
}

// normalise normalises layers of so many elements.
func (n *network) normalise(elements int64) { n.beside(7*elements, elements, elements) }

func vitB16() *network {
	n := &network{
		name:   "vit-b-16",
		title:  "ViT-B/16, 224×224: 196 patches and a class token",
		source: "Dosovitskiy et al., ICLR 2021, table 1; 17.56 GMACs and 86567656 parameters in torchvision (ViT_B_16_Weights)",
	}
	n.size, n.channels = 224, 3
	n.conv("patches", 768, 16, 16, 0, 1)
	n.beside(197*768, 197*768, 197*768) // the places
	n.normalise(197 * 768)
	n.blocks(197, 197)
	n.add(kernel{name: "head", l: 1, n: 768, m: 1000, groups: 1})
	return n
}

func bertBase(name string, tokens int64) *network {
	n := &network{
		name:   name,
		title:  fmt.Sprintf("BERT-base, the encoder over %d tokens", tokens),
		source: "Devlin, Chang, Lee and Toutanova, NAACL 2019, section 3: 12 layers of 768, 12 heads, 110 M parameters, embeddings and pooler included, which are no layers here, 109482240 of them in Hugging Face's BertModel; 22.5 G operations over 128 tokens in Jiao et al., TinyBERT, EMNLP 2020, table 1 (from memory; verify)",
	}
	n.blocks(tokens, tokens)
	return n
}

const gpt2Source = "Radford et al., 2019, table 2: 12 layers of 768; 124 M parameters by the correction in openai/gpt-2 (the paper has 117 M), 124439808 of them in Hugging Face's gpt2; the head shares the embedding's weights"

func gpt2Prefill() *network {
	n := &network{
		name:   "gpt2-small-prefill",
		title:  "GPT-2 small, prefill of 1024 tokens, logits of the last; attention is not cut to the causal half",
		source: gpt2Source,
	}
	n.blocks(1024, 1024)
	n.kernels[0].operations += 7 * 1024 * 768 // the first normalisation is before it
	n.add(kernel{name: "head", l: 1, n: 768, m: 50257, groups: 1})
	return n
}

func gpt2Decode() *network {
	n := &network{
		name:   "gpt2-small-decode",
		title:  "GPT-2 small, one token decoded with 1024 attended to, or with workload.context and steps a session; without, arrays that attend are written anew",
		source: gpt2Source,
	}
	n.blocks(1, 1024)
	n.kernels[0].operations += 7 * 768 // the first normalisation is before it
	n.add(kernel{name: "head", l: 1, n: 768, m: 50257, groups: 1})
	return n
}
