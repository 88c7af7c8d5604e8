package io.sommelier.shell;

import io.sommelier.api.admin.ControllerAdmin;
import io.sommelier.api.admin.EventCount;
import java.util.List;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.table.ShellTable;

/** {@code sommelier:controller-info}. */
@Service
@Command(
        scope = "sommelier",
        name = "controller-info",
        description = "Shows the controller: its id, what it has, and what is counted rather than logged.")
public final class ControllerInfo implements Action {
    @Reference
    private ControllerAdmin admin;

    @Option(name = "--no-format", description = "Print no table, only columns")
    private boolean noFormat;

    @Override
    public Object execute() {
        table(admin).print(System.out, !noFormat);
        return null;
    }

    static ShellTable table(ControllerAdmin admin) {
        List<EventCount> events = admin.events();
        ShellTable table = new ShellTable();
        table.column("Controller " + admin.controllerId());
        table.column("").alignRight();
        table.addRow().addContent("commands in flight", admin.inFlight());
        table.addRow().addContent("bytes that they hold", admin.bytesHeld());
        events.forEach(row -> table.addRow().addContent(row.event(), row.count()));
        return table;
    }
}
