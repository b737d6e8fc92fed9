"""Whoever sees strange letters tries another way of reading, and sees its rows before deciding."""

from imports.intake import read
from imports.models import Import, ImportState, Row
from imports.tests.pages import story

POLISH = "Imię;Email\r\nŁukasz;lukasz@example.com\r\nŻaneta;zaneta@example.com\r\n"


def previewed(client, lead_import, *, htmx=False, **choice):
    headers = {"HX-Request": "true"} if htmx else {}
    return client.post(f"/imports/{lead_import.pk}/file/preview/", choice, headers=headers)


def test_ines_sees_the_first_rows_under_her_choice_and_nothing_is_changed(ines, acme):
    lead_import = story.reviewed(acme, ines.user, content=POLISH)
    page = story.text(previewed(ines, lead_import, encoding="cp1252", delimiter=";"))
    assert "<h1" in page, "without JavaScript it is the whole page"
    assert "The first rows, read this way" in page
    assert 'Å<bdi class="char" title="control character">[U+0081]' in page
    assert "Nothing is changed yet" in page
    assert Row.objects.get(lead_import=lead_import, number=2).cells[0] == "Łukasz"
    assert Import.objects.get(pk=lead_import.pk).state == ImportState.REVIEW


def test_with_htmx_only_the_table_comes(ines, acme):
    lead_import = story.reviewed(acme, ines.user, content=POLISH)
    page = story.text(previewed(ines, lead_import, htmx=True, delimiter=","))
    assert page.startswith("<section")
    assert "columns separated by comma" in page
    assert "Łukasz;lukasz@example.com" in page


def test_what_cannot_be_read_so_is_said_beside_the_choice(ines, acme):
    lead_import = story.reviewed(acme, ines.user, content=POLISH)
    page = story.text(previewed(ines, lead_import, htmx=True, header_row="9"))
    assert "The file has nothing in row 9, which was chosen for the headings." in page
    answer = previewed(ines, lead_import, htmx=True, header_row="none")
    assert answer.status_code == 422
    assert "whole number" in story.text(answer)


def test_the_choice_that_looks_right_is_then_read_as_a_whole(ines, acme):
    content = "a^b|c\r\n1^2|3\r\n4^5|6\r\n"
    lead_import = story.reviewed(acme, ines.user, content=content)
    choice = {"delimiter": "^", "quote": "'"}
    said = "separated by caret, cells quoted by single quotes"
    assert said in story.text(previewed(ines, lead_import, **choice))
    ines.post(f"/imports/{lead_import.pk}/file/again/", choice)
    lead_import = story.read_and_check(lead_import)
    assert lead_import.headers == ["a", "b|c"]
    assert said in story.text(ines.get(f"/imports/{lead_import.pk}/file/"))


PATHS = (
    "Name,Email,Folder,Note\n"
    '"Ana ""A"" Souza",ana@example.com,"C:\\leads\\","said ""hi"""\n'
    '"Bo Li",bo@example.com,"D:\\","none"\n'
)
MYSQL = 'Name,Email,Note\n"Ana",ana@example.com,"says: \\"hi\\""\n"Bo",bo@example.com,"x"\n'


def test_backslashes_that_end_folders_are_said_to_escape_nothing(ines, acme):
    lead_import = story.reviewed(acme, ines.user, content=PATHS)
    escaped = story.text(previewed(ines, lead_import, htmx=True, escape="\\"))
    assert "backslashes as escapes" in escaped
    assert "<td>C:\\leads\\</td>" not in escaped
    plain = story.text(previewed(ines, lead_import, htmx=True, escape="none"))
    assert "backslashes as they stand" in plain
    assert "<td>C:\\leads\\</td>" in plain
    ines.post(f"/imports/{lead_import.pk}/file/again/", {"escape": "none"})
    lead_import = story.read_and_check(lead_import)
    rows = Row.objects.filter(lead_import=lead_import).order_by("number")
    assert rows[0].cells == ['Ana "A" Souza', "ana@example.com", "C:\\leads\\", 'said "hi"']
    page = story.text(ines.get(f"/imports/{lead_import.pk}/file/"))
    assert '<option value="none" selected>' in page, "the choice is still there"


def test_backslashes_that_escape_are_found_and_may_be_denied(ines, acme):
    lead_import = story.reviewed(acme, ines.user, content=MYSQL)
    assert Row.objects.get(lead_import=lead_import, number=2).cells[2] == 'says: "hi"'
    assert "says: &quot;hi&quot;</td>" in story.text(previewed(ines, lead_import, escape="\\"))
    denied = story.text(previewed(ines, lead_import, escape="none"))
    assert "says: &quot;hi&quot;</td>" not in denied
    assert previewed(ines, lead_import, escape="/").status_code == 422


def test_while_a_file_is_read_its_first_rows_are_there_to_look_at(ines, acme):
    lead_import = story.uploaded(acme, ines.user)
    read.read(lead_import.pk)
    page = story.text(ines.get(f"/imports/{lead_import.pk}/columns/"))
    assert "Its first rows" in page
    assert "<td>Ana Souza</td>" in page
