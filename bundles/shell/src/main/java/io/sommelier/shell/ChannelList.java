package io.sommelier.shell;

import io.sommelier.api.admin.ControllerAdmin;
import io.sommelier.api.admin.TargetView;
import io.sommelier.api.admin.TargetView.MemberView;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.table.ShellTable;

/** {@code sommelier:channel-list}. */
@Service
@Command(scope = "sommelier", name = "channel-list", description = "Lists the channels of all members.")
public final class ChannelList implements Action {
    @Reference
    private ControllerAdmin admin;

    @Option(name = "--no-format", description = "Print no table, only columns")
    private boolean noFormat;

    @Override
    public Object execute() {
        ShellTable table = new ShellTable();
        table.column("Instance");
        table.column("Target");
        table.column("Transport");
        table.column("Address");
        table.column("In flight").alignRight();
        table.emptyTableText("no member is here");
        for (TargetView target : admin.targets()) {
            for (MemberView member : target.members()) {
                table.addRow()
                        .addContent(
                                member.instance(),
                                target.targetId(),
                                member.transport(),
                                member.remoteAddress(),
                                member.inFlight());
            }
        }
        table.print(System.out, !noFormat);
        return null;
    }
}
