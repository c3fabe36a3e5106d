"""`ihs rules`."""

from typed import withdrawal


def test_rules_are_listed_edition_by_edition_with_their_days(ihs):
    lines = ihs("rules", "list").lines

    assert [line for line in lines if not line.startswith(" ")] == [
        "new-mexico-ihs@2023-08-10 (us-nm), in force 2023-08-10 with no known end",
        "utah-r512-100@2003-09-03 (us-ut), in force 2003-09-03 to 2010-10-07",
        "utah-r512-100@2010-10-08 (us-ut), in force 2010-10-08 to 2015-12-01",
    ]
    assert "  R512-100-5(3)(b): members of the team assist in creating the plan" in lines


def test_rules_as_json_have_the_same_cites(ihs):
    told = ihs("rules", "list", "--format", "json").json

    listed = [line.split(": ")[0].strip() for line in ihs("rules", "list").lines if line.startswith(" ")]
    assert [rule["cite"] for edition in told["editions"] for rule in edition["rules"]] == listed


def test_a_clause_is_explained(ihs):
    assert ihs("rules", "explain", "R512-100-5(5)(a)").lines == [
        "R512-100-5(5)(a)",
        "  services go on until the identified threats are managed, or the child can no longer safely remain at home",
        "  in force 2010-10-08 to 2015-12-01 in utah-r512-100@2010-10-08 (us-ut)",
        (
            "    refuses CaseClosed: A closing because threats are managed, or because a child cannot stay, "
            "leaves no threat unaccounted for"
        ),
        "    refuses CaseClosed: A closing says of each child how services ended for it",
        "    only found in CaseClosed: Any other ending is recorded, and every threat still unmanaged is found",
    ]


def test_a_clause_that_has_something_fall_due_says_what(ihs):
    told = ihs("rules", "explain", "R512-100-5(2)(a)", "--format", "json").json

    assert [edition["owed"] for edition in told["editions"]] == [
        ["A written assessment of strengths and of underlying needs is completed for the family"]
    ]


def test_a_clause_that_is_only_put_on_record_says_by_which_entries(ihs):
    assert ihs("rules", "explain", "SIHP23 19").lines[2:] == [
        "  in force 2023-08-10 with no known end in new-mexico-ihs@2023-08-10 (us-nm)",
        "    on record by ContactMade",
        "    on record by OnCallCovered",
    ]


def test_every_listed_clause_can_be_explained_and_does_something(ihs):
    told = ihs("rules", "list", "--format", "json").json
    cites = {rule["cite"] for edition in told["editions"] for rule in edition["rules"]}

    explained = {cite: ihs("rules", "explain", cite, "--format", "json").json["editions"] for cite in cites}

    does = ("refuses", "finds", "owed", "recorded")
    idle = [cite for cite, found in explained.items() if not any(e[what] for e in found for what in does)]
    assert idle == []


def test_an_unknown_clause_is_told_with_the_nearest(ihs):
    answer = ihs("rules", "explain", "R512-100-7B")

    assert answer == (
        2,
        "",
        "ihs: no edition at hand has a clause of that cite; nearest: R512-100-7 B, R512-100-3 B, R512-100-1 B.5\n",
    )


def test_a_clause_nothing_is_near_to_points_at_the_list(ihs):
    assert (
        ihs("rules", "explain", "???").err == "ihs: no edition at hand has a clause of that cite; see ihs rules list\n"
    )


def test_a_clause_is_explained_with_the_entries_it_was_found_in(ihs, write):
    ihs("store", "init", "cases.db", "--rehearsal")
    ihs("record", "cases.db", write(*withdrawal()).name)

    answer = ihs("rules", "explain", "R512-100-5(5)(a)", "--store", "cases.db")

    assert answer.lines[-2:] == [
        "  found in 1 entry",
        "    alder@46 CaseClosed of 2015-05-04: the case still has 1 unmanaged threat",
    ]
