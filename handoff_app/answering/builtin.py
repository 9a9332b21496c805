"""The answerer that needs no model: it shows the owner's own words or says that it does not know."""

from handoff_app.answering.base import Answer, Question, Source
from handoff_app.answering.retrieval import Index

THRESHOLD = 0.5


class Builtin:
    """Answers with the best passage's text, unless its confidence is below the threshold (a probability, 0 to 1)."""

    def __init__(self, index: Index, threshold: float = THRESHOLD) -> None:
        self._index = index
        self._threshold = threshold

    async def answer(self, question: Question) -> Answer:
        hits = self._index.search(question.text, limit=1)
        if not hits:
            return Answer(text="", confidence=0.0, confident=False)
        passage, confidence = hits[0].passage, hits[0].confidence
        if confidence < self._threshold:
            return Answer(text="", confidence=confidence, confident=False)
        source = Source(passage.article_id, passage.title, passage.url)
        return Answer(text=passage.text, confidence=confidence, confident=True, sources=(source,))
