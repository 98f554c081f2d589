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
    assert_eq!(position.check(read_iccs("e1-f2").unwrap()), Err(Illegal::NotThere));
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

#[test]
fn moves_are_written_as_players_write_them() {
    let written = |fen: &str, text: &str| {
        chinese(&Position::from_fen(fen).unwrap(), read_iccs(text).unwrap()).unwrap()
    };
    assert_eq!(written(START, "h2-e2"), "炮二平五");
    assert_eq!(written(START, "b0-c2"), "马八进七");
    assert_eq!(written(START, "h9-g7"), "马８进７");
    assert_eq!(written(START, "c9-e7"), "象３进５");
    assert_eq!(written(START, "i0-i1"), "车一进一");
    assert_eq!(written(START, "c3-c4"), "兵七进一");
    assert_eq!(written(START, "a6-a5"), "卒１进１");
    let doubled = "4k4/9/9/9/4R4/9/4R4/9/9/3K5 w";
    assert_eq!(written(doubled, "e5-e6"), "前车进一");
    assert_eq!(written(doubled, "e3-d3"), "后车平六");
    let soldiers = "3k5/9/4P4/4P4/4P4/9/9/9/9/4K4 w";
    assert_eq!(written(soldiers, "e6-d6"), "中兵平六");
    let pairs = "3k5/9/4P1P2/4P1P2/9/9/9/9/9/4K4 w";
    assert_eq!(written(pairs, "g7-h7"), "前三平二");
    let black = "4k4/4r4/9/4r4/9/9/9/9/9/3K5 b";
    assert_eq!(written(black, "e6-e5"), "前车进１");
    assert_eq!(written(black, "e8-f8"), "后车平６");
    for square in 0..SQUARES {
        let there = Move { from: square, to: SQUARES - 1 - square };
        assert_eq!(read_iccs(&iccs(there)), Some(there));
    }
    for wrong in ["", "h2", "j2-e2", "h2-e10", "2h-e2", "h2e2e2", "马二进三"] {
        assert_eq!(read_iccs(wrong), None, "{wrong}");
    }
}
