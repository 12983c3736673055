"""A day on which every counter of an office closes for an hour: is what we say still worth more than naive?"""

from pathlib import Path

from bench.waits.baselines import naive
from bench.waits.disruption import closed
from layan.waiting.backtest.files import minutes
from layan.waiting.backtest.snapshots import read_offices
from layan.waiting.engine.branch import Branch, Question
from layan.waiting.engine.prior import Prior

DAY = minutes("2020-01-14")
START, LENGTH = DAY + 10.5 * 60, 60.0


class Watched(Branch):
    """A branch that keeps what it and naive said to everybody, and what became of it."""

    def __init__(self, prior: Prior) -> None:
        super().__init__(prior)
        self.said: dict[tuple[str, float], tuple[float, float, float, str]] = {}
        self.ended: list[tuple[float, float, float, float, float, str]] = []

    def say(self, at: float) -> None:
        """Answer the newest ticket of every line."""
        for name, line in self.lines.items():
            if line.today is not None and line.today.at == at and line.today.waiting > 1:
                ahead = line.today.waiting - 1
                found = self.estimate(name, ahead)
                self.said[name, at] = (found.point, found.p90, naive(line, ahead), found.basis.state)

    def learn(self, question: Question, wait: float, *, at: float) -> None:
        """Keep the outcome beside what was said, and learn from it."""
        super().learn(question, wait, at=at)
        if (question.line, question.at) in self.said:
            self.ended.append((question.at, wait, *self.said.pop((question.line, question.at))))


def disrupted(data: Path, prior: Prior) -> None:
    """Print errors over all offices on the disturbed day, over it all and while the counters were closed."""
    ended = []
    for office in read_offices([data / "warsaw_snapshots.csv.gz"]).values():
        branch = Watched(prior)
        for at, readings in closed(office, start=START, minutes=LENGTH):
            if at < DAY + 1440:
                branch.observe(at, readings)
                if at >= DAY:
                    branch.say(at)
        ended += branch.ended
    print("\nOffices, 14 January with all counters closed 10:30-11:30 (simulated; minutes)")
    print("wanted: a ratio of 0.50, <=p90 87 %, interrupted said whenever nobody serves")
    for title, low, high in (
        ("all day", DAY, DAY + 1440),
        ("asked before, 9:30-10:30", START - 60, START),
        ("asked while closed", START, START + LENGTH),
        ("asked after", START + LENGTH, DAY + 1440),
    ):
        rows = [row for row in ended if low <= row[0] < high]
        ours = sum(abs(row[1] - row[2]) for row in rows) / len(rows)
        others = sum(abs(row[1] - row[4]) for row in rows) / len(rows)
        kept = 100 * sum(row[1] <= row[3] for row in rows) / len(rows)
        told = 100 * sum(row[5] == "interrupted" for row in rows) / len(rows)
        print(
            f"{title:26}{len(rows):6} waits  ours {ours:6.2f}  naive {others:6.2f}  ratio {ours / others:.2f}"
            f"  <=p90 {kept:.1f}%  said interrupted {told:.0f}%"
        )
