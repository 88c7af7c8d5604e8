package io.sommelier.shell;

import io.sommelier.api.admin.CommandView;
import io.sommelier.api.admin.ControllerAdmin;
import java.util.List;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.table.ShellTable;

/** {@code sommelier:command-list}. */
@Service
@Command(scope = "sommelier", name = "command-list", description = "Lists the commands in flight, the oldest first.")
public final class CommandList implements Action {
    @Reference
    private ControllerAdmin admin;

    @Option(name = "--limit", description = "The most commands that are listed")
    private int limit = 100;

    @Option(name = "--no-format", description = "Print no table, only columns")
    private boolean noFormat;

    @Override
    public Object execute() {
        if (limit < 1) {
            System.out.println("--limit " + limit + " is out of range, allowed is 1 or more");
            return null;
        }
        List<CommandView> commands = admin.inFlight(limit);
        table(commands).print(System.out, !noFormat);
        if (!noFormat && commands.size() == limit) {
            System.out.println("the oldest " + limit + " of " + Math.max(limit, admin.inFlight()));
        }
        return null;
    }

    static ShellTable table(List<CommandView> commands) {
        ShellTable table = new ShellTable();
        table.column("Id");
        table.column("Target");
        table.column("Operation");
        table.column("State");
        table.column("Attempt").alignRight();
        table.column("Age").alignRight();
        table.column("Remaining").alignRight();
        table.column("Holder");
        table.column("Source");
        table.column("Principal");
        table.emptyTableText("no command is in flight");
        for (CommandView command : commands) {
            table.addRow()
                    .addContent(
                            command.id(),
                            command.target(),
                            command.operation(),
                            command.state(),
                            command.attempt(),
                            Span.of(command.age()),
                            Span.of(command.remaining()),
                            command.holder(),
                            command.source(),
                            command.principal());
        }
        return table;
    }
}
