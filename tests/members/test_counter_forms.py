import uuid

import pytest
from pytest_django.fixtures import Settings

from members.counter_forms import RECEIPT_NUMBER, AmountField, SaleForm, own_number, typed_amount
from tests.members.counter_scenes import line, told


def is_read(text: str) -> bool:
    try:
        typed_amount(text)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("12.50", 1_250),
        ("12,50", 1_250),
        ("12.5", 1_250),
        ("12", 1_200),
        ("12.", 1_200),
        (".50", 50),
        ("0.01", 1),
        ("１２．５０", 1_250),
        ("１２，５０", 1_250),
        ("12。50", 1_250),
        (" 12.50 ", 1_250),
        ("¥12.50", 1_250),
        ("￥12.50", 1_250),
        ("12.50元", 1_250),
        ("cny 12.50", 1_250),
        ("1,250", 125_000),
        ("1,250.00", 125_000),
        ("1,234,567.89", 123_456_789),
        ("1'250.00", 125_000),
        ("9999999999.99", 999_999_999_999),
    ],
)
def test_an_amount_is_read_exactly(text: str, fen: int) -> None:
    assert typed_amount(text) == fen


@pytest.mark.parametrize(
    "text",
    ["", "abc", "-5", "1.250", "1.250,00", "12,5,0", "1,25,000", "12.505", "1e3", "٣", "12 .5.0", "99999999999999"],
)
def test_what_could_mean_two_amounts_or_none_is_refused(text: str) -> None:
    assert not is_read(text)


def test_a_currency_without_decimals_has_none(settings: Settings) -> None:
    settings.PROGRAMME_CURRENCY, settings.PROGRAMME_CURRENCY_EXPONENT = "JPY", 0

    assert typed_amount("1,250") == 1_250
    assert not is_read("12.50")


def test_a_comma_before_three_digits_is_refused_where_it_may_be_the_decimal_one(settings: Settings) -> None:
    settings.PROGRAMME_CURRENCY, settings.PROGRAMME_CURRENCY_EXPONENT = "KWD", 3

    assert not is_read("1,250")
    assert typed_amount("1,250.000") == 1_250_000


def test_a_card_scanned_into_the_amount_is_no_amount() -> None:
    form = SaleForm(told("482109375519"))

    assert form.errors["amount"] == [str(AmountField.default_error_messages["card"])]


def test_a_card_scanned_into_the_receipt_number_is_none() -> None:
    form = SaleForm(told("64", receipt="4821 0937 5519"))

    assert form.errors["receipt"] == [str(AmountField.default_error_messages["card"])]


def test_nothing_is_sold_for_nothing() -> None:
    assert not SaleForm(told("")).is_valid()
    assert not SaleForm(told("0.00")).is_valid()


def test_lines_make_the_amount_where_none_is_given() -> None:
    form = SaleForm({**told(""), **line(0, "12,50", sku="LATTE"), **line(3, "7.5")})

    assert form.is_valid()
    assert form.cleaned_data["amount"] == 2_000
    assert [each["amount"] for each in form.told_lines()] == [1_250, 750]


def test_a_line_says_how_much() -> None:
    assert not SaleForm({**told("12"), **line(0, "", sku="LATTE")}).is_valid()


def test_a_receipt_without_a_number_gets_the_same_one_each_time() -> None:
    key = uuid.uuid4()

    assert own_number("C", key) == own_number("C", key)
    assert own_number("C", key) != own_number("C", uuid.uuid4())
    assert RECEIPT_NUMBER.fullmatch(own_number("C", key))
