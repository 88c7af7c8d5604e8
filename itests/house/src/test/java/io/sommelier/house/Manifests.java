package io.sommelier.house;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.Manifest;

/** The rules for a bundle's manifest. */
final class Manifests {
    private static final String NETTY_RANGE = "[4.1,4.2)";

    private Manifests() {}

    /** What is wrong with a manifest, one sentence each; empty when nothing is. */
    static List<String> faults(Bundle bundle, boolean isExporting, Manifest manifest) {
        Attributes headers = manifest.getMainAttributes();
        var faults = new ArrayList<String>();

        String symbolicName = String.valueOf(headers.getValue("Bundle-SymbolicName"));
        if (!symbolicName.split(";")[0].equals(bundle.rootPackage())) {
            faults.add("Bundle-SymbolicName is " + symbolicName + ", not " + bundle.rootPackage());
        }
        if (headers.getValue("DynamicImport-Package") != null) {
            faults.add("DynamicImport-Package is there");
        }
        packages(headers.getValue("Export-Package")).keySet().forEach(exported -> {
            // What a library calls internal is for the runtime bundle that packages it to judge.
            if (bundle.owns(exported) && Rules.isInternal(exported)) {
                faults.add("it exports the internal package " + exported);
            }
            if (!isExporting) {
                faults.add("it exports " + exported + ", but this bundle meets others only as a service");
            }
        });
        packages(headers.getValue("Import-Package")).forEach((imported, version) -> {
            if (Bundle.isOrIsBelow(imported, "io.netty") && !version.equals(NETTY_RANGE)) {
                faults.add("it imports " + imported + " in the range " + version + ", not " + NETTY_RANGE);
            }
        });
        return faults;
    }

    /** The packages of an import or export header, each with its version or an empty string. */
    private static Map<String, String> packages(String header) {
        var packages = new TreeMap<String, String>();
        if (header != null) {
            // A comma or semicolon inside quotes belongs to a range or a uses list.
            for (String clause : header.split(",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)")) {
                String[] parts = clause.trim().split(";(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)");
                String version = "";
                for (String part : parts) {
                    if (part.startsWith("version=")) {
                        version = part.substring("version=".length()).replace("\"", "");
                    }
                }
                packages.put(parts[0], version);
            }
        }
        return packages;
    }
}
