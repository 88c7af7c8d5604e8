package io.sommelier.karaf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A command that a README shows, with what it prints. Immutable.
 *
 * @param command what is typed
 * @param output the lines that come, in which {@code ...} stands for anything
 */
record Promised(String command, List<String> output) {
    private static final String PROMPT = "karaf@root()> ";

    /** All of a README that stand behind the prompt of a shell. */
    static List<Promised> of(Path readme) throws IOException {
        List<Promised> all = new ArrayList<>();
        boolean inBlock = false;
        for (String line : Files.readAllLines(readme)) {
            if (line.startsWith("```")) {
                inBlock = line.equals("```console");
            } else if (inBlock && line.startsWith(PROMPT)) {
                all.add(new Promised(line.substring(PROMPT.length()), new ArrayList<>()));
            } else if (inBlock && !all.isEmpty()) {
                all.get(all.size() - 1).output.add(line);
            }
        }
        return all;
    }

    /** What the lines must match, as one. */
    Pattern pattern() {
        String regex = String.join("\n", output)
                .trim()
                .lines()
                .map(String::stripTrailing)
                .map(Promised::line)
                .reduce((above, below) -> above + "\\s*\\n" + below)
                .orElse("");
        return Pattern.compile(regex + "\\s*");
    }

    private static String line(String text) {
        return Stream.of(text.split(Pattern.quote("..."), -1))
                .map(Pattern::quote)
                .reduce((left, right) -> left + ".*" + right)
                .orElseThrow();
    }
}
