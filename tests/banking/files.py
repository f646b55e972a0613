"""Statements as banks write them: the same four lines in the layouts of three banks."""

import io

from openpyxl import Workbook

ROWS = (
    ("2026-03-02", 500_000, "B0001", "陈捐款", "捐款 00012-000345-31"),
    ("2026-03-05", -120_000, "B0002", "桃源社区居委会", "拨付配比资金"),
    ("2026-03-05", -500, "B0003", "", "手续费"),
    ("2026-03-21", 1234, "B0004", "", "存款利息"),
)
OPENING = 1_000_000


def yuan(fen, commas=True):
    """Write fen the way banks do."""
    text = f"{fen // 100:,}.{fen % 100:02d}" if commas else f"{fen // 100}.{fen % 100:02d}"
    return text


def with_balances(rows=ROWS, opening=OPENING):
    """Give each row with the balance behind it."""
    found, balance = [], opening
    for day, amount, number, other, words in rows:
        balance += amount
        found.append((day, amount, balance, number, other, words))
    return found


def two_columns(rows=ROWS, opening=OPENING, encoding="gb18030"):
    """A bank that writes CSV in GBK: titles above, income and spending apart, a sum below."""
    lines = ["某某银行账户明细,,,,,,", "账号：,6222********1234,,户名：,演示基金会,,", ""]
    lines.append("交易日期,贷方发生额（收入）,借方发生额（支出）,账户余额,对方户名,交易流水号,摘要")
    for day, amount, balance, number, other, words in with_balances(rows, opening):
        came, went = (yuan(amount), "") if amount > 0 else ("", yuan(-amount))
        lines.append(f'{day.replace("-", "")},"{came}","{went}","{yuan(balance)}",{other},{number},{words}')
    lines.append(f"合计,{len(rows)} 笔,,,,,")
    return "\r\n".join(lines).encode(encoding)


def signed(rows=ROWS, opening=OPENING):
    """A bank that writes CSV in UTF-8, the newest line first, with full-width digits and signs."""
    wide = str.maketrans("0123456789.,-", "０１２３４５６７８９．，－")
    lines = ["交易时间,交易金额,余额,交易流水号,对方户名,附言"]
    for day, amount, balance, number, other, words in reversed(with_balances(rows, opening)):
        sign = "-" if amount < 0 else ""
        cells = (f"{sign}{yuan(abs(amount))}", yuan(balance))
        told = ",".join(f'"{cell.translate(wide)}"' for cell in cells)
        lines.append(f"{day} 10:11:12,{told},{number},{other},{words}")
    return "\n".join(lines).encode("utf-8-sig")


def flagged(rows=ROWS, opening=OPENING):
    """A bank that writes Excel: one amount and a column that says 借 or 贷, three titles above."""
    book = Workbook()
    for row in (["账户交易明细查询"], ["起止日期：2026-03-01 至 2026-03-31"], [None]):
        book.active.append(row)
    book.active.append(
        ["序号", "记账日期", "借贷标志", "交易金额(元)", "账户余额(元)", "对方账户名称", "凭证号", "摘要"]
    )
    for place, (day, amount, balance, number, other, words) in enumerate(with_balances(rows, opening), start=1):
        flag = "贷" if amount > 0 else "借"
        book.active.append([place, day.replace("-", "/"), flag, abs(amount) / 100, balance / 100, other, number, words])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


LAYOUTS = {"two columns": two_columns, "signed": signed, "flagged": flagged}
