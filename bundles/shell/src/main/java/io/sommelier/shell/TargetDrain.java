package io.sommelier.shell;

import io.sommelier.api.admin.ControllerAdmin;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.Session;

/** {@code sommelier:target-drain}. */
@Service
@Command(
        scope = "sommelier",
        name = "target-drain",
        description = "Drains the channels of all members that a target has here, and reports.")
public final class TargetDrain implements Action {
    @Reference
    private ControllerAdmin admin;

    @Reference
    private Session session;

    @Argument(name = "target", required = true, description = "The target")
    @Completion(TargetCompleter.class)
    private String targetId;

    @Option(
            name = "--limit",
            description =
                    "How long commands under way may take to end, 250ms, 5s, 2m or 1h; the drainLimit of the controller where there is none")
    private String limit;

    @Option(name = "--stay-away", description = "Tell connectors to stay away; else they come back, here or elsewhere")
    private boolean stayAway;

    @Option(name = "--no-format", description = "Print no table, only columns")
    private boolean noFormat;

    @Override
    public Object execute() throws InterruptedException {
        Draining draining = new Draining(admin, System.out, noFormat);
        return ExitCode.of(session, draining.target(targetId, limit, stayAway));
    }
}
