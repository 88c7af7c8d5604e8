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

/** {@code sommelier:command-cancel}. */
@Service
@Command(
        scope = "sommelier",
        name = "command-cancel",
        description = "Cancels a command in flight; its caller is told what is true of it.")
public final class CommandCancel implements Action {
    @Reference
    private ControllerAdmin admin;

    @Reference
    private Session session;

    @Argument(name = "id", required = true, description = "The id of the command, as sommelier:command-list shows it")
    @Completion(CommandIdCompleter.class)
    private String id;

    @Option(name = "--principal", description = "Who sent it, where several have a command of that id")
    private String principal;

    @Option(name = "--reason", description = "One phrase for the caller and the member")
    private String reason = "";

    @Option(name = "--no-format", description = "Print the columns of sommelier:command-list, as they were")
    private boolean noFormat;

    @Override
    public Object execute() {
        return ExitCode.of(session, new Cancelling(admin, System.out).cancel(id, principal, reason, noFormat));
    }
}
