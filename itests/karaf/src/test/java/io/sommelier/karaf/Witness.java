package io.sommelier.karaf;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;

/** What was seen of a process that a test killed, stopped or cut off: asserted, and printed, so that the report of the tests names both. */
final class Witness {
    private Witness() {}

    /** The last line of the log that has all of these in it; fails when there is none. */
    static String log(Karaf karaf, String... parts) throws IOException {
        return last(karaf.log(), parts);
    }

    /** The last of the lines that has all of these in it; fails when there is none. */
    static String last(List<String> lines, String... parts) {
        return lines.stream()
                .filter(line -> Stream.of(parts).allMatch(line::contains))
                .reduce((before, after) -> after)
                .orElseThrow(() -> new AssertionError("no line has " + List.of(parts)));
    }

    /** Prints which process it was, what was done to it, and who saw it how. */
    static void tell(String process, long pid, String done, String... seen) {
        System.out.println(process + ", pid " + pid + ": " + done);
        for (String sight : seen) {
            System.out.println("  seen: " + sight.strip());
        }
    }
}
