#!/bin/bash
# A platform hook of Elastic Beanstalk: from now on the instance keeps what is known of the demo (its
# name, owner and end) in a folder that Dockerrun.aws.json lets the container see. The file is in the
# demo's bucket; the environment's property DEMO_FILE says where.
set -euo pipefail
umask 022
settings=/opt/elasticbeanstalk/bin/get-config
file="$("$settings" environment -k DEMO_FILE)"
region="$("$settings" environment -k AWS_REGION)"
[[ "$region $file" =~ ^[a-z0-9-]+\ s3://[a-z0-9.-]+/[A-Za-z0-9._/-]+$ ]]

command -v aws > /dev/null || dnf -y -q install awscli-2
mkdir -p /var/lib/stelligent-demo/now
# What is not there, or cannot be had for now, leaves what was.
cat > /usr/local/bin/stelligent-demo-look <<LOOK
#!/bin/bash
set -euo pipefail
umask 022
export AWS_DEFAULT_REGION='$region'
cd /var/lib/stelligent-demo/now
aws s3 cp --only-show-errors '$file' .demo.json
mv .demo.json demo.json
LOOK
chmod 0755 /usr/local/bin/stelligent-demo-look

cat > /etc/systemd/system/stelligent-demo-look.service <<'UNIT'
[Unit]
Description=Look for what is known of the demo now
After=network-online.target
Wants=network-online.target

[Service]
Type=oneshot
ExecStart=/usr/local/bin/stelligent-demo-look
UNIT

cat > /etc/systemd/system/stelligent-demo-look.timer <<'UNIT'
[Timer]
OnActiveSec=1s
OnUnitActiveSec=30s
AccuracySec=5s

[Install]
WantedBy=timers.target
UNIT

systemctl daemon-reload
systemctl enable --now stelligent-demo-look.timer
