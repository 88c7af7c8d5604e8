package io.sommelier.house;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A configuration file as it is shipped. Immutable.
 *
 * @param values the value of each key that is set, or shown behind {@code #} without a space; empty where none is shown
 * @param keysWithoutComment those above which no comment stands: neither in the line before, nor before other keys between
 */
record SettingsFile(Map<String, String> values, java.util.List<String> keysWithoutComment) {
    private static final Pattern ENTRY = Pattern.compile("#?([a-z][A-Za-z]*) =(?: (.*))?");

    static SettingsFile read(Path file) throws IOException {
        Map<String, String> values = new TreeMap<>();
        var bare = new java.util.ArrayList<String>();
        boolean isExplained = false;
        for (String line : Files.readAllLines(file)) {
            Matcher entry = ENTRY.matcher(line);
            if (entry.matches()) {
                values.put(entry.group(1), entry.group(2) == null ? "" : entry.group(2));
                if (!isExplained) {
                    bare.add(entry.group(1));
                }
            } else if (line.startsWith("# ")) {
                isExplained = true;
            } else if (line.isBlank()) {
                isExplained = false;
            } else if (!line.equals("#")) {
                throw new IOException(file + " has a line that is neither a key nor a comment: " + line);
            }
        }
        return new SettingsFile(values, bare);
    }
}
