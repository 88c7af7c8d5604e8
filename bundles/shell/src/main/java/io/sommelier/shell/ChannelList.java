package io.sommelier.shell;

import io.sommelier.api.admin.ChannelView;
import io.sommelier.api.admin.ControllerAdmin;
import java.util.List;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.table.ShellTable;

/** {@code sommelier:channel-list}. */
@Service
@Command(scope = "sommelier", name = "channel-list", description = "Lists the channels that are up.")
public final class ChannelList implements Action {
    @Reference
    private ControllerAdmin admin;

    @Argument(name = "target", description = "Only the channels of its members")
    @Completion(TargetCompleter.class)
    private String targetId;

    @Option(name = "--no-format", description = "Print no table, only columns")
    private boolean noFormat;

    @Override
    public Object execute() {
        table(admin.channels(), targetId).print(System.out, !noFormat);
        return null;
    }

    /** @param targetId whose members' channels, or {@code null} for all channels */
    static ShellTable table(List<ChannelView> channels, String targetId) {
        ShellTable table = new ShellTable();
        table.column("Id").alignRight();
        table.column("Instance");
        table.column("Target");
        table.column("Transport");
        table.column("Address");
        table.column("State");
        table.column("Age").alignRight();
        table.column("Given").alignRight();
        table.column("Sent").alignRight();
        table.column("Principal");
        table.column("Health");
        table.emptyTableText("no channel is up");
        for (ChannelView channel : channels) {
            if (targetId == null || channel.targetId().equals(targetId)) {
                table.addRow()
                        .addContent(
                                channel.channelId(),
                                channel.instance(),
                                channel.targetId(),
                                channel.transport(),
                                channel.remoteAddress(),
                                channel.state(),
                                Span.of(channel.age()),
                                channel.toConnector(),
                                channel.fromConnector(),
                                channel.principal(),
                                HealthColumn.of(channel.health()));
            }
        }
        return table;
    }
}
