#!/bin/sh
# All documents of a service list by an array of Slurm, one part for each task. docs/scale.md says what to change.
#
#   sbatch --export=ALL,CLINIC=/shared/clinic,OUT=/shared/out deploy/slurm-array.sh
#SBATCH --job-name=consentkit-batch
#SBATCH --array=1-8
#SBATCH --cpus-per-task=2
#SBATCH --mem=2G
#SBATCH --time=01:00:00
#SBATCH --requeue
set -eu

part=$SLURM_ARRAY_TASK_ID
exec consentkit batch "$CLINIC/services.yaml" --clinic "$CLINIC" -o "$OUT/$part" \
    --shard "$part/$SLURM_ARRAY_TASK_COUNT" --jobs "${SLURM_CPUS_PER_TASK:-1}"
