package io.sommelier.shell;

import io.sommelier.api.admin.ControllerAdmin;
import io.sommelier.api.admin.TargetView;
import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.completers.StringsCompleter;

/** Completes the known targets. */
@Service
public final class TargetCompleter implements Completer {
    @Reference
    private ControllerAdmin admin;

    @Override
    public int complete(Session session, CommandLine commandLine, List<String> candidates) {
        List<String> targets =
                admin.targets().stream().map(TargetView::targetId).toList();
        return new StringsCompleter(targets).complete(session, commandLine, candidates);
    }
}
