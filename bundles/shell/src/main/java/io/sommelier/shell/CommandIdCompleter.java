package io.sommelier.shell;

import io.sommelier.api.admin.ControllerAdmin;
import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.completers.StringsCompleter;

/** Completes the ids of commands in flight, of the oldest ones. */
@Service
public final class CommandIdCompleter implements Completer {
    private static final int MOST = 100;

    @Reference
    private ControllerAdmin admin;

    @Override
    public int complete(Session session, CommandLine commandLine, List<String> candidates) {
        List<String> ids = admin.inFlight(MOST).stream()
                .map(command -> command.id().toString())
                .toList();
        return new StringsCompleter(ids).complete(session, commandLine, candidates);
    }
}
