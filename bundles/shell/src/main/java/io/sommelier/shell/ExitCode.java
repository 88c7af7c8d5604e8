package io.sommelier.shell;

import org.apache.karaf.shell.api.console.Session;

/** What an action returns: where there is no terminal, a number becomes the exit code of its line; on one it would be printed. */
final class ExitCode {
    private static final int FAILED = 1;

    private ExitCode() {}

    static Object of(Session session, boolean isDone) {
        return isDone || session.getTerminal() != null ? null : FAILED;
    }
}
