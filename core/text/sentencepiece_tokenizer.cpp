#include "core/text/sentencepiece_tokenizer.h"

#include <sentencepiece_processor.h>

#include "core/base/check.h"
#include "core/text/piece_bpe.h"
#include "core/text/sentencepiece_model.h"

namespace koala {
namespace {

constexpr std::uint64_t kLargestModel = std::uint64_t(64) << 20;

class SentencePieceTokenizer final : public VocabularyTokenizer {
public:
    SentencePieceTokenizer(Vocabulary vocabulary, bool dummyPrefix, bool collapsesBlanks,
        std::unique_ptr<sentencepiece::SentencePieceProcessor> processor)
        : VocabularyTokenizer(std::move(vocabulary)), m_dummyPrefix(dummyPrefix),
          m_collapsesBlanks(collapsesBlanks), m_processor(std::move(processor))
    {
    }
    std::vector<TokenId> encode(std::string_view text) const override
    {
        std::vector<int> ids;
        const auto status = m_processor->Encode({text.data(), text.size()}, &ids);
        KOALA_CHECK(status.ok()); // only an unloaded model fails
        return ids;
    }
    bool dropsLeadingBlank() const override { return m_dummyPrefix; }
    bool dropsAllLeadingBlanks() const override { return m_collapsesBlanks; }

private:
    bool m_dummyPrefix;
    bool m_collapsesBlanks;
    std::unique_ptr<sentencepiece::SentencePieceProcessor> m_processor;
};

} // namespace

Result<std::shared_ptr<const Tokenizer>> loadSentencePiece(const fs::path& path)
{
    KOALA_TRY(const std::string bytes, readFile(path, kLargestModel));
    KOALA_TRY(SentencePieceModel model, parseSentencePieceModel(bytes, path.string()));
    if (model.isPlainBpe())
        return PieceBpe::byScore(std::move(model.vocabulary), model.scores,
            {.dummyPrefix = model.dummyPrefix, .collapseBlanks = false}, path.string());
    Vocabulary& vocabulary = model.vocabulary;
    vocabulary.bytes.resize(vocabulary.pieces.size());
    for (std::size_t i = 0; i < vocabulary.pieces.size(); ++i) {
        if (vocabulary.kinds[i] == PieceKind::Byte)
            vocabulary.bytes[i] = std::string(1, char(byteOfPiece(vocabulary.pieces[i])));
        else if (vocabulary.kinds[i] == PieceKind::Unknown)
            vocabulary.bytes[i] = " \xE2\x81\x87 ";
        else if (vocabulary.kinds[i] != PieceKind::Control)
            vocabulary.bytes[i] = withBlanks(vocabulary.pieces[i]);
    }
    auto processor = std::make_unique<sentencepiece::SentencePieceProcessor>();
    const auto status = processor->LoadFromSerializedProto({bytes.data(), bytes.size()});
    if (!status.ok())
        return invalidInput(path.string() + ": the sentencepiece library refuses this model (" +
                            status.ToString() + "); fetch or copy the file again");
    return std::shared_ptr<const Tokenizer>(
        std::make_shared<SentencePieceTokenizer>(std::move(vocabulary), model.dummyPrefix,
            model.removeExtraWhitespace, std::move(processor)));
}

} // namespace koala
