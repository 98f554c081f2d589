//! Which files are asked about before they are opened, and never fetched by themselves.

use std::path::Path;

/// Names that end so are programs or scripts somewhere, or bring some along.
const DANGEROUS: [&str; 63] = [
    "apk",
    "app",
    "appimage",
    "application",
    "appref-ms",
    "appx",
    "bash",
    "bat",
    "bin",
    "chm",
    "cmd",
    "com",
    "command",
    "cpl",
    "deb",
    "desktop",
    "dll",
    "docm",
    "exe",
    "hta",
    "img",
    "inf",
    "iso",
    "jar",
    "jnlp",
    "js",
    "jse",
    "ksh",
    "lnk",
    "msc",
    "msi",
    "msix",
    "msp",
    "mst",
    "pif",
    "pl",
    "pptm",
    "ps1",
    "psm1",
    "py",
    "pyw",
    "rb",
    "reg",
    "rpm",
    "run",
    "scf",
    "scr",
    "sct",
    "settingcontent-ms",
    "sh",
    "url",
    "vb",
    "vbe",
    "vbs",
    "vhd",
    "vhdx",
    "ws",
    "wsc",
    "wsf",
    "wsh",
    "xll",
    "xlsm",
    "zsh",
];

/// Whether a name is that of a program or a script somewhere.
#[must_use]
pub fn is_dangerous(name: &Path) -> bool {
    // Some systems leave these out at the end, and then the ending is another one.
    let name = name.to_string_lossy();
    DANGEROUS.contains(&ending(Path::new(name.trim_end_matches(['.', ' ']))).as_str())
}

/// What a name ends with, in small letters.
#[must_use]
pub fn ending(name: &Path) -> String {
    name.extension().unwrap_or_default().to_string_lossy().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_and_scripts_are_known_by_their_endings() {
        assert!(DANGEROUS.is_sorted());
        for name in
            ["/a/B.EXE", "a.settingcontent-ms", "x.IMG", "b.docm", "c.pyw", "d.zsh", "e.exe. "]
        {
            assert!(is_dangerous(name.as_ref()), "{name}");
        }
        for name in ["a.docx", "exe", "b.exe.zip", ""] {
            assert!(!is_dangerous(name.as_ref()), "{name}");
        }
    }
}
