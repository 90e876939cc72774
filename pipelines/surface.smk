# A surface in shards under snakemake:
#
#   snakemake -s surface.smk --cores 8 --config plane=plane.ll out=surface.ll shards=64 \
#       options="-d cifar10/train.bin --x=-1:1:51 --y=-1:1:51"
#
# threads=N gives each shard N processors (1), program=hessgrid computes another surface.
# A shard that was interrupted continues its file (FILE.part, which snakemake does not
# know); --cluster, --slurm or a profile send the shards to other machines that see the
# same files.
import shlex

plane, out, shards = config["plane"], config["out"], int(config["shards"])
# (snakemake reads options="..." as text, and 1:2 as text, too)
options = " ".join(map(shlex.quote, shlex.split(str(config.get("options", "")))))
program = config.get("program", "evalgrid")

rule surface:
    input: expand(out + ".shards/{i}.ll", i=range(shards))
    output: out
    params: folder=out + ".shards"
    # (ten thousand names are too many for a command line)
    shell: "find {params.folder:q} -name '*.ll' -print0 | xargs -0 cat | gridmerge -o {output:q}"

rule shard:
    input: plane
    output: out + ".shards/{i}.ll"
    threads: int(config.get("threads", 1))
    params: options=options.replace("{", "{{").replace("}", "}}"), shards=shards, program=program
    shell: "{params.program} -q -j{threads} --shard {wildcards.i}/{params.shards} -o {output:q} {params.options} {input:q}"
