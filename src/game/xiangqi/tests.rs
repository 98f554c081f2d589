//! Move generation against numbers from the literature, and the ends of games.

use super::*;

/// Positions at a depth: the count of all legal games of so many plies.
fn perft(position: &Position, depth: u32) -> u64 {
    let moves = position.legal_moves();
    if depth == 1 {
        return moves.len() as u64;
    }
    let after = moves.into_iter().map(|made| {
        let mut next = position.clone();
        next.shift(made);
        perft(&next, depth - 1)
    });
    after.sum()
}

/// Counts as published for these positions (Chess Programming Wiki, "Chinese Chess Perft Results").
const PERFT: [(&str, &[u64]); 6] = [
    (START, &[44, 1_920, 79_666, 3_290_240]),
    (
        "r1ba1a3/4kn3/2n1b4/pNp1p1p1p/4c4/6P2/P1P2R2P/1CcC5/9/2BAKAB2 w - - 0 1",
        &[38, 1_128, 43_929],
    ),
    ("1cbak4/9/n2a5/2p1p3p/5cp2/2n2N3/6PCP/3AB4/2C6/3A1K1N1 w - - 0 1", &[7, 281, 8_620, 326_201]),
    ("5a3/3k5/3aR4/9/5r3/5n3/9/3A1A3/5K3/2BC2B2 w - - 0 1", &[25, 424, 9_850, 202_884]),
    ("CRN1k1b2/3ca4/4ba3/9/2nr5/9/9/4B4/4A4/4KA3 w - - 0 1", &[28, 516, 14_808, 395_483]),
    ("R1N1k1b2/9/3aba3/9/2nr5/2B6/9/4B4/4A4/4KA3 w - - 0 1", &[21, 364, 7_626, 162_837]),
];

#[test]
fn moves_are_as_many_as_the_literature_says() {
    for (fen, counts) in PERFT {
        let position = Position::from_fen(fen).unwrap();
        for (depth, count) in (1..).zip(counts) {
            assert_eq!(perft(&position, depth), *count, "{fen} at depth {depth}");
        }
    }
}

#[test]
fn a_single_question_is_answered_as_the_list_does() {
    for (fen, _) in PERFT {
        let position = Position::from_fen(fen).unwrap();
        let legal = position.legal_moves();
        for from in 0..=SQUARES {
            for to in 0..=SQUARES {
                let asked = Move { from, to };
                assert_eq!(position.check(asked).is_ok(), legal.contains(&asked), "{asked:?}");
            }
        }
        assert_eq!(position.can_move(), !legal.is_empty());
    }
}

fn record(fen: &str, moves: &[&str]) -> Record {
    let mut record = Record::from(Position::from_fen(fen).unwrap());
    for (index, text) in moves.iter().enumerate() {
        assert_eq!(record.standing(), Standing::Open, "before move {index}");
        record.make(read_iccs(text).unwrap()).unwrap();
    }
    record
}

#[test]
fn mate_and_no_move_at_all_both_lose() {
    // Two chariots on the last ranks.
    let mate = record("4k4/R8/9/9/9/9/9/9/1R7/3K5 w", &["b1-b9"]);
    assert_eq!(mate.standing(), Standing::Checkmate);
    let stuck = record("3k5/9/2P6/9/9/9/9/9/9/4K4 w", &["c7-c8"]);
    assert_eq!(stuck.standing(), Standing::Stalemate);
}

#[test]
fn generals_may_not_face_each_other() {
    let position = Position::from_fen("4k4/9/9/9/9/9/9/9/4R4/4K4 w").unwrap();
    let aside = read_iccs("e1-d1").unwrap();
    assert_eq!(position.check(aside), Err(Illegal::Facing));
    assert_eq!(position.check(read_iccs("e1-e5").unwrap()), Ok(()));
    assert_eq!(position.check(read_iccs("e9-e8").unwrap()), Err(Illegal::NotYours));
    assert_eq!(position.check(read_iccs("e1-f2").unwrap()), Err(Illegal::Way(Kind::Chariot)));
    let pinned = Position::from_fen("3k5/9/4r4/9/9/9/9/9/4A4/4K4 w").unwrap();
    assert_eq!(pinned.check(read_iccs("e1-d2").unwrap()), Err(Illegal::Check));
}

#[test]
fn who_always_gives_check_loses() {
    let cycle = ["e1-d1", "d9-e9", "d1-e1", "e9-d9"];
    let fen = "3k5/9/9/9/9/9/9/9/4R4/5K3 w";
    let twice: Vec<&str> = cycle.into_iter().chain(cycle).collect();
    assert_eq!(record(fen, &twice[..7]).standing(), Standing::Open, "not before the third time");
    assert_eq!(record(fen, &twice).standing(), Standing::PerpetualCheck(Side::First));
    // Black's colours changed: black checks, red is to move at the end.
    let fen = "3k5/4r4/9/9/9/9/9/9/9/5K3 b";
    let cycle = ["e8-f8", "f0-e0", "f8-e8", "e0-f0"];
    let twice: Vec<&str> = cycle.into_iter().chain(cycle).collect();
    assert_eq!(record(fen, &twice).standing(), Standing::PerpetualCheck(Side::Second));
}

#[test]
fn a_check_now_and_then_is_a_draw_by_repetition() {
    let fen = "3k5/9/9/9/9/9/9/9/4R4/5K3 w";
    let cycle = ["e1-d1", "d9-e9", "d1-c1", "e9-d9", "c1-e1", "d9-d8", "e1-e2", "d8-d9", "e2-e1"];
    let mut moves: Vec<&str> = cycle.to_vec();
    moves.extend(["d9-d8", "e1-e2", "d8-d9", "e2-e1"]);
    // The position behind the fifth move stands for the third time.
    assert_eq!(record(fen, &moves).standing(), Standing::Repetition);
}

#[test]
fn sixty_moves_of_each_without_a_capture_are_a_draw() {
    let mut record = Record::from(Position::from_fen("3k1r3/9/9/9/9/9/9/9/9/R3K4 w").unwrap());
    let mut seen = vec![record.position().clone()];
    while record.standing() == Standing::Open {
        let quiet = record.position().legal_moves().into_iter().filter_map(|made| {
            let mut next = record.clone();
            let takes = record.position().piece(made.to).is_some();
            next.make(made).unwrap();
            let goes_on = matches!(next.standing(), Standing::Open | Standing::SixtyMoves);
            (!takes && goes_on).then_some(next)
        });
        let times = |next: &Record| seen.iter().filter(|old| *old == next.position()).count();
        record = quiet.min_by_key(times).expect("there are positions enough");
        seen.push(record.position().clone());
    }
    assert_eq!((record.standing(), record.moves().len()), (Standing::SixtyMoves, 120));
    record.undo(1);
    assert_eq!(record.standing(), Standing::Open);
}

#[test]
fn what_is_taken_back_was_never_made() {
    let before = record(START, &["h2-e2", "h9-g7"]);
    let mut after = record(START, &["h2-e2", "h9-g7", "h0-g2", "i9-h9"]);
    after.undo(2);
    assert_eq!(after, before);
    after.undo(9);
    assert_eq!(after, Record::default());
}

#[test]
fn positions_are_read_as_they_are_written() {
    for (fen, _) in PERFT {
        let position = Position::from_fen(fen).unwrap();
        assert!(fen.starts_with(&position.fen()), "{}", position.fen());
        assert_eq!(Position::from_fen(&position.fen()), Ok(position));
    }
    // Other programs' letters.
    let other = "rheakaehr/9/1c5c1/p1p1p1p1p/9/9/P1P1P1P1P/1C5C1/9/RHEAKAEHR r";
    assert_eq!(Position::from_fen(other), Ok(Position::start()));
    let wrong = [
        ("", FenError::Board),
        ("4k4/9/9/9/9/9/9/9/9/9/4K4 w", FenError::Board),
        ("4k5/9/9/9/9/9/9/9/9/4K4 w", FenError::Board),
        ("4k3/9/9/9/9/9/9/9/9/4K4 w", FenError::Board),
        ("4k4/0/9/9/9/9/9/9/9/4K4 w", FenError::Board),
        ("4x4/9/9/9/9/9/9/9/9/4K4 w", FenError::Piece('x')),
        ("4k4/9/9/9/9/9/9/9/9/9 w", FenError::Generals),
        ("4k4/9/9/9/9/9/9/9/9/K8 w", FenError::Generals),
        ("4k4/9/9/9/9/9/9/9/9/4K4 x", FenError::Turn),
    ];
    for (fen, error) in wrong {
        assert_eq!(Position::from_fen(fen), Err(error), "{fen}");
    }
}

/// A move by its squares, and as it is written in Chinese and in English.
type Written = (&'static str, &'static str, &'static str);

fn assert_written(position: &Position, (squares, in_chinese, in_english): Written) {
    let made = read_iccs(squares).unwrap();
    let written = (chinese(position, made).unwrap(), wxf(position, made).unwrap());
    assert_eq!(written, (in_chinese.to_owned(), in_english.to_owned()), "{}", position.fen());
}

#[test]
fn an_opening_is_written_as_books_have_it() {
    // The central cannon against the screen horses, to the flat chariot and the cannon that asks it away.
    let opening: [Written; 16] = [
        ("h2-e2", "炮二平五", "C2=5"),
        ("h9-g7", "马８进７", "H8+7"),
        ("h0-g2", "马二进三", "H2+3"),
        ("i9-h9", "车９平８", "R9=8"),
        ("i0-h0", "车一平二", "R1=2"),
        ("b9-c7", "马２进３", "H2+3"),
        ("c3-c4", "兵七进一", "P7+1"),
        ("g6-g5", "卒７进１", "P7+1"),
        ("h0-h6", "车二进六", "R2+6"),
        ("h7-i7", "炮８平９", "C8=9"),
        ("h6-g6", "车二平三", "R2=3"),
        ("i7-i8", "炮９退１", "C9-1"),
        ("b0-c2", "马八进七", "H8+7"),
        ("d9-e8", "士４进５", "A4+5"),
        ("c0-a2", "相七进九", "E7+9"),
        ("i8-g8", "炮９平７", "C9=7"),
    ];
    let mut record = Record::default();
    for step in opening {
        assert_written(record.position(), step);
        record.make(read_iccs(step.0).unwrap()).unwrap();
    }
}

#[test]
fn pieces_of_a_kind_on_one_file_are_told_apart() {
    let cases: [(&str, &[Written]); 8] = [
        (
            "4k4/9/9/9/4R4/9/4R4/9/9/3K5 w",
            &[
                ("e5-e6", "前车进一", "R++1"),
                ("e3-d3", "后车平六", "R-=6"),
                ("e3-e2", "后车退一", "R--1"),
            ],
        ),
        (
            "4k4/4r4/9/4r4/9/9/9/9/9/3K5 b",
            &[("e6-e5", "前车进１", "R++1"), ("e8-f8", "后车平６", "R-=6")],
        ),
        // Advisors by where they go.
        (
            "4k4/9/9/9/9/9/9/3A5/9/3AK4 w",
            &[("d0-e1", "仕六进五", "A6+5"), ("d2-e1", "仕六退五", "A6-5")],
        ),
        (
            "3k5/9/4P4/4P4/4P4/9/9/9/9/4K4 w",
            &[
                ("e7-f7", "前兵平四", "P+=4"),
                ("e6-d6", "中兵平六", "P5=6"),
                ("e5-d5", "后兵平六", "P-=6"),
            ],
        ),
        (
            "3k5/4P4/4P4/4P4/4P4/9/9/9/9/4K4 w",
            &[
                ("e8-d8", "前兵平六", "++=6"),
                ("e7-d7", "二兵平六", "P+=6"),
                ("e6-d6", "三兵平六", "P-=6"),
                ("e5-d5", "后兵平六", "--=6"),
            ],
        ),
        (
            "3kP4/4P4/4P4/4P4/4P4/9/9/9/9/4K4 w",
            &[
                ("e9-f9", "前兵平四", "++=4"),
                ("e8-d8", "二兵平六", "P+=6"),
                ("e7-d7", "三兵平六", "P5=6"),
                ("e6-d6", "四兵平六", "P-=6"),
                ("e5-d5", "后兵平六", "--=6"),
            ],
        ),
        // Soldiers on two files at once: the file instead of the name.
        (
            "3k5/4P1P2/4P1P2/4P4/9/9/9/9/9/4K4 w",
            &[
                ("e8-d8", "前五平六", "5+=6"),
                ("e7-d7", "中五平六", "55=6"),
                ("e6-d6", "后五平六", "5-=6"),
                ("g8-h8", "前三平二", "3+=2"),
                ("g7-h7", "后三平二", "3-=2"),
            ],
        ),
        (
            "4k4/9/9/9/9/9/2p1p4/2p1p4/9/3K5 b",
            &[("c2-b2", "前３平２", "3+=2"), ("e3-f3", "后５平６", "5-=6")],
        ),
    ];
    for (fen, steps) in cases {
        let position = Position::from_fen(fen).unwrap();
        for step in steps {
            assert_written(&position, *step);
        }
    }
}

proptest::proptest! {
    /// So that a list of moves can be read back.
    #[test]
    fn no_two_legal_moves_are_written_alike(walk in proptest::collection::vec(0_usize..1_000, 0..100)) {
        let mut position = Position::start();
        for number in walk {
            let moves = position.legal_moves();
            if moves.is_empty() {
                break;
            }
            let written = |write: fn(&Position, Move) -> Option<String>| {
                let all = moves.iter().map(|made| write(&position, *made).unwrap());
                all.collect::<std::collections::HashSet<String>>().len()
            };
            assert_eq!([written(chinese), written(wxf)], [moves.len(); 2], "{}", position.fen());
            position.shift(moves[number % moves.len()]);
        }
    }
}

#[test]
fn squares_are_read_as_they_are_written() {
    for square in 0..SQUARES {
        let there = Move { from: square, to: SQUARES - 1 - square };
        assert_eq!(read_iccs(&iccs(there)), Some(there));
    }
    for wrong in ["", "h2", "j2-e2", "h2-e10", "2h-e2", "h2e2e2", "马二进三"] {
        assert_eq!(read_iccs(wrong), None, "{wrong}");
    }
}
