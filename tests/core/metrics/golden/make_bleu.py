"""Makes bleu.jsonl and bleu_shared.json again, with sacrebleu 2.6.0:

    python tests/core/metrics/golden/make_bleu.py ../shared

bleu.jsonl holds pairs of texts of our own with sacrebleu's tokens and score. bleu_shared.json holds scores
only, of pairs of lines of the real files (naughty strings, Koala prompts, multilingual questions), by the
number of the line: each string against the next, and against the two joined.
"""
import itertools
import json
import pathlib
import sys

import sacrebleu
from sacrebleu.metrics import BLEU

PIECES = [
    "What is the largest animal on earth?", "What is the largest animal in the world?",
    "The largest animal on earth is the blue whale; what is the largest animal on land, though?",
    "a", "a b", "a b c", "a b c d", "a b c d e", "a a a a a a", "a b a b a b a b", "b a", "", " ", "\n",
    "1,000.50 cost $3.99, i.e. 2-3 items.", "3.14-2.71 and .5 or 5. or 1.2.3,4", "...,,,..", "x.,y ., z", "-", "--5-6-7--",
    "hyphen-\nated words are joined", "a <skipped> b", "-<skipped>\n", "&quot;quoted&quot; &amp;amp; &lt;br&gt; &gt;&lt;", "&amp;lt;",
    "tab\tvertical\x0bform\x0cfile\x1cgroup\x1drecord\x1eunit\x1f end", "nbsp\u00a0here\u2003em\u3000ideographic\u2028line\u2029par\u0085nel\u1680ogham\u202f\u205f",
    "trailing \u00a0\u3000", "zero\u200bwidth\u2060joiner\ufeff", "It's John's \u2018quoted\u2019 dog's", "[brackets] {braces} (parens) `ticks` ~tilde^caret|pipe\\slash/",
    "\u8003\u62c9\u662f\u4ec0\u4e48\u52a8\u7269\uff1f", "\u8003\u62c9\u662f\u4e00\u79cd\u52a8\u7269\uff0c\u4f4f\u5728\u6fb3\u5927\u5229\u4e9a\u3002",
    "\u041a\u0430\u043a\u043e\u0435 \u0436\u0438\u0432\u043e\u0442\u043d\u043e\u0435 \u0441\u0430\u043c\u043e\u0435 \u0431\u043e\u043b\u044c\u0448\u043e\u0435 \u043d\u0430 \u0437\u0435\u043c\u043b\u0435?",
    "\u0643\u0645 \u0639\u062f\u062f \u0627\u0644\u0643\u0648\u0627\u0643\u0628\u061f", "\U0001f428.\U0001f428,\U0001f428 5\U0001f4285", "\u00e9t\u00e9 e\u0301te\u0301",
    "The cat sat on the mat. The cat sat on the mat. The cat sat on the mat.", "The cat sat on the mat.",
    "<script>alert('x')</script>", "'; DROP TABLE rows;--", "%s%n$(id)", "1e5 1E-5 0x1F 1_000", "\r\nwindows\r\nlines\r\n",
]


def main() -> None:
    here = pathlib.Path(__file__).parent
    bleu = BLEU(effective_order=True)
    tokenize = bleu.tokenizer

    def score(hypothesis, reference):
        return sacrebleu.sentence_bleu(hypothesis, [reference]).score

    with open(here / "bleu.jsonl", "w", encoding="utf-8") as out:
        for text in PIECES:
            out.write(json.dumps({"text": text, "tokens": tokenize(text.rstrip()).split(" ") if tokenize(text.rstrip()) else []}) + "\n")
        for a, b in itertools.product(PIECES, PIECES):
            value = score(a, b)
            if value > 0:
                out.write(json.dumps({"hypothesis": PIECES.index(a), "reference": PIECES.index(b), "score": value}) + "\n")

    data = pathlib.Path(sys.argv[1]) / "data"
    naughty = json.load(open(data / "naughty-strings" / "blns.json", encoding="utf-8"))
    koala = [json.loads(line)["prompt"] for line in open(data / "koala_test_set" / "koala_test_set.jsonl", encoding="utf-8")]
    many = [json.loads(line) for line in open(data / "multilingual" / "multilingual-60.jsonl", encoding="utf-8")]
    result = {}
    for name, texts in (("naughty", naughty), ("koala", koala), ("multilingual", many)):
        result[name] = [[score(a, b), score(a, a + " " + b), score(a + "\n" + b, b)] for a, b in zip(texts, texts[1:])]
    json.dump(result, open(here / "bleu_shared.json", "w"), separators=(",", ":"))


main()
