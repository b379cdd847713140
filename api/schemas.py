"""What the HTTP interface says and hears about lists."""

from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from logistics.domain.catalogue import Catalogue
from logistics.domain.lists import AskedLine, HouseholdList, OrderLine, TriageEntry

MAX_LINES = 200


def _finite(value: int | Decimal | str) -> int | Decimal | str:
    if isinstance(value, Decimal) and not value.is_finite():
        raise ValueError("must be a finite number")
    return value


Words = Annotated[str, Field(max_length=64)]
Amount = Annotated[
    int | Decimal | Annotated[str, Field(max_length=32)],
    AfterValidator(_finite),
    Field(description="A number, or the words of one: 2, 0.5, 半, 一斤半", examples=[2]),
]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class LineIn(_Strict):
    """One line as the household asks it."""

    item: Annotated[Words, Field(min_length=1, examples=["土豆"])]
    quantity: Amount
    unit: Annotated[str, Field(max_length=16, examples=["斤"])] = ""

    def asked(self) -> AskedLine:
        """Return the line as the use cases take it."""
        return AskedLine(item=self.item, quantity=self.quantity, unit=self.unit)


class ListChange(_Strict):
    """The whole new content of a list."""

    lines: Annotated[list[LineIn], Field(max_length=MAX_LINES)] = []
    text: Annotated[
        str | None,
        Field(
            max_length=4000,
            description="The list in the household's own words; its lines join the others",
            examples=["土豆2斤,鸡蛋一板,生抽一瓶"],
        ),
    ] = None

    @model_validator(mode="after")
    def _not_empty(self) -> "ListChange":
        if not self.lines and not (self.text and self.text.strip()):
            raise ValueError("give lines or text")
        return self

    def asked(self) -> list[AskedLine]:
        """Return the lines as the use cases take them."""
        return [line.asked() for line in self.lines]


class ListIn(ListChange):
    """A household's list."""

    household: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=64),
        Field(description="户号", examples=["HK-07-03-2-501"]),
    ]
    client_ref: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=128,
            description="The caller's own name for this list, given back in every answer",
        ),
    ] = None
    run: Annotated[
        str | None,
        Field(
            max_length=64,
            description="Id or code; without it the district's open run that is cut off first",
        ),
    ] = None

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "household": "HK-07-03-2-501",
                    "client_ref": "phone-17",
                    "lines": [
                        {"item": "土豆", "quantity": 2, "unit": "斤"},
                        {"item": "鸡蛋", "quantity": 1, "unit": "板"},
                    ],
                    "text": "再要一瓶生抽",
                }
            ]
        },
    )


class LineOut(BaseModel):
    """A line that was understood."""

    id: str
    no: int
    item: str = Field(description="The catalogue's Chinese name", examples=["土豆"])
    quantity: int | float = Field(description="In `unit`", examples=[2])
    unit: str = Field(description="The unit it was asked in", examples=["斤"])
    base_quantity: int = Field(description="In `base_unit`, exact", examples=[1000])
    base_unit: str = Field(description="g, ml or piece", examples=["g"])
    said: str
    substitution: str = Field(description="`none`, or `class`: another of its class may come")

    @classmethod
    def of(cls, line: OrderLine, catalogue: Catalogue) -> "LineOut":
        """Say a line."""
        item = catalogue.by_id[line.item_id]
        asked = Fraction(line.quantity, item.base_count(line.unit) or 1)
        return cls(
            id=line.id,
            no=line.no,
            item=line.item,
            quantity=int(asked) if asked.denominator == 1 else float(asked),
            unit=line.unit,
            base_quantity=line.quantity,
            base_unit=item.base,
            said=line.said,
            substitution=line.substitution,
        )


class QuestionOut(BaseModel):
    """Words that were not understood; a person asks back."""

    id: str
    said: str
    code: str
    facts: dict[str, Any]
    state: str

    @classmethod
    def of(cls, entry: TriageEntry) -> "QuestionOut":
        """Say a doubt."""
        return cls(
            id=entry.id,
            said=entry.said,
            code=entry.code,
            facts=dict(entry.facts),
            state=entry.state,
        )


class ListOut(BaseModel):
    """A list as it stands."""

    id: str
    household: str
    run: str
    client_ref: str | None
    channel: str
    state: str = Field(description="needs-review, accepted, frozen or cancelled")
    version: int = Field(description="Send it as If-Match to change or cancel the list")
    note: str
    created_at: datetime
    updated_at: datetime
    lines: list[LineOut]
    questions: list[QuestionOut]

    @classmethod
    def of(cls, value: HouseholdList, catalogue: Catalogue) -> "ListOut":
        """Say a list."""
        return cls(
            id=value.id,
            household=value.household_code,
            run=value.run_id,
            client_ref=value.client_ref,
            channel=value.channel,
            state=value.state,
            version=value.version,
            note=value.note,
            created_at=value.created_at,
            updated_at=value.updated_at,
            lines=[LineOut.of(line, catalogue) for line in value.lines],
            questions=[QuestionOut.of(entry) for entry in value.doubts],
        )


class ListsOut(BaseModel):
    """Lists of one household, oldest first."""

    lists: list[ListOut]


class ListPage(BaseModel):
    """One page of a run's lists, by id."""

    lists: list[ListOut]
    next: str | None = Field(description="Send it as `after` for the next page; null at the end")
